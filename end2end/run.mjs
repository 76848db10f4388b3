// Runs the end-to-end tests: all files, or those whose name contains the word given.
//
//   npm test                  everything
//   npm test -- introduction  only the files with that word in their name
//
// Where the system allows it, everything happens in a network of its own that holds this machine only: the browsers
// can reach nothing else, and nothing that runs beside them gets in the way.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const filter = process.argv[2] ?? "";
const files = readdirSync(join(here, "tests"))
  .filter((file) => file.endsWith(".test.mjs") && file.includes(filter))
  .sort()
  .map((file) => join(here, "tests", file));
if (files.length === 0) {
  console.error(`No file in end2end/tests has "${filter}" in its name.`);
  process.exit(1);
}

const results = join(here, "results");
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const tests = [process.execPath, "--test", "--test-concurrency=1", "--test-reporter=spec", ...files];
const isolation = privateNetwork();
if (isolation === undefined) {
  console.log("This system gives no private network: the browsers share the machine's.");
}
const [program, ...words] = isolation === undefined ? tests : [...isolation, ...tests];
const child = spawn(program, words, {
  cwd: here,
  stdio: "inherit",
  env: { ...process.env, END2END_PRIVATE_NETWORK: isolation === undefined ? "" : "1" },
});
child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));

/** A command that runs what follows it in a network with a loopback interface only; undefined if not permitted. */
function privateNetwork() {
  // Firefox offers no loopback addresses to its peers, but takes another address on the loopback interface for real.
  const setup = [
    "ip link set lo up",
    "ip addr add 10.9.9.9/24 dev lo",
    "ip route add default via 10.9.9.1 dev lo",
    'exec "$@"',
  ].join(" && ");
  const flags = process.getuid?.() === 0 ? "-n" : "-rn";
  const command = ["unshare", flags, "sh", "-c", setup, "sh"];
  const attempt = spawnSync(command[0], [...command.slice(1), "true"], { stdio: "ignore" });
  return attempt.status === 0 ? command : undefined;
}
