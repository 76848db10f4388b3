// Runs the end-to-end tests: all files, or those whose name contains the word given.
//
//   npm test                    everything
//   npm test -- server-dies     only the files with that word in their name

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { becomeIsolated } from "./harness/isolation.mjs";

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

const reporter = "--test-reporter=spec";
becomeIsolated([process.execPath, "--test", "--test-concurrency=1", reporter, ...files], { cwd: here });
