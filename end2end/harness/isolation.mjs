// A network of one's own, where the system allows it: the browsers can reach nothing but this machine, and nothing
// that runs beside them gets in the way.

import { spawn, spawnSync } from "node:child_process";

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

/** Runs a command in a private network if possible, and ends this process as the command ends. */
export function becomeIsolated(command, options = {}) {
  const isolation = privateNetwork();
  if (isolation === undefined) {
    console.error("This system gives no private network: the browsers share the machine's.");
  }
  const [program, ...words] = [...(isolation ?? []), ...command];
  const mark = isolation === undefined ? "shared" : "private";
  const child = spawn(program, words, { stdio: "inherit", env: { ...process.env, END2END_NETWORK: mark }, ...options });
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));
}

/** Whether this process was started by `becomeIsolated`. */
export const isIsolationDecided = process.env.END2END_NETWORK !== undefined;

/** Whether there is nothing but this machine in reach. */
export const isNetworkPrivate = process.env.END2END_NETWORK === "private";
