// Where programs are.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first of `names` that PATH holds. */
export function findProgram(names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(`None of ${names.join(", ")} is installed: \`cargo xtask test e2e\` installs what is missing.`);
}
