// What memory costs and how well it finds: all of `bench/memory/`, one after the other, each of which also runs by itself.
//
//   node bench/memory.mjs [--json]

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PARTS = ["vectors", "quality", "replay", "start"];

for (const part of PARTS) {
  const program = fileURLToPath(new URL(`memory/${part}.mjs`, import.meta.url));
  execFileSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: "inherit" });
}
