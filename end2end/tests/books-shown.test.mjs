// What the books show of themselves, with the real ledger behind: what came in, who is trusted and why, proofs, and pages that
// gave way.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { scenario } from "../harness/world.mjs";

const PATIENCE_MS = 60_000;

scenario("what comes in is said as it comes, and every entry is proved on the device that asks", async (world) => {
  const [ada, ben] = await roomOfTwo(world);
  await ben.click("button", "Open the books");
  const received = ben.page.getByRole("log", { name: "What came in, newest first" });
  await received.getByText("Ada welcomed this device with 100 credits.").waitFor();
  await ben.page.getByText("none has had to give way").waitFor();

  await gives(ada, "7");
  await received.getByText("Ada gave this device 7 credits.").waitFor({ timeout: PATIENCE_MS });
  const sums = await received.locator("li .books-gain").allTextContents();
  assert.deepEqual(sums, ["+ 7 credits", "+ 100 credits"], "the newest first");
  const adas = ada.page.getByRole("log", { name: "What came in, newest first" });
  await adas.getByText(/Writing page 2 brought .+ credits?\./).waitFor();

  await ben.page.getByRole("button", { name: "Page 1 " }).click();
  await ben.page.getByRole("button", { name: "Prove it: Ada welcomed Ben." }).click();
  const proof = ben.page.getByRole("group", { name: "Proof" });
  await proof.getByText("Proved on this device: it is the one entry of page 1.").waitFor();
  const checks = proof.getByRole("list", { name: "What was checked" });
  await checks.getByText("Ada signed it, and the signature holds.").waitFor();
  await checks.getByText(/page 1, put together with \d other fingerprints?, gives the one that page 2, the newest, has/).waitFor();
  await proof.getByRole("img", { name: /The way from the entry to page 2: \d fingerprint/ }).waitFor();
  const saved = parts(await download(ben, proof.getByRole("button", { name: "Save the proof" })));
  await proof.getByRole("button", { name: "Copy the proof" }).click();
  await proof.getByText("Copied.").waitFor();
  const copied = parts(await ben.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual(copied, saved);
  const ofClass = await ben.evaluate(async (id) => {
    const { height, proof, tip } = await window.peerceptron.get_transaction_proof(id);
    return { height, tip, proof: [...proof].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
  }, saved.transaction);
  assert.deepEqual([Number(saved.height), saved.proof], [ofClass.height, ofClass.proof]);
  const header = Buffer.from(saved.newest_header, "hex");
  assert.equal(header.length, 180);
  const name = Buffer.from(await crypto.subtle.digest("SHA-256", header)).toString("hex");
  assert.equal(name, ofClass.tip, "it is the newest page's");

  // What is proved stays open, and is proved up to each page that comes.
  await gives(ada, "1");
  await checks.getByText(/gives the one that page 3, the newest, has/).waitFor({ timeout: PATIENCE_MS });
  await world.photograph();
});

scenario("devices are ranked by what others found of their work, with the reasons", async (world) => {
  const [ada, ben] = await roomOfTwo(world);
  await ada.click("button", "Open the books");
  const ranking = ada.page.getByRole("list", { name: "Ranking, most trusted first" });
  const line = (name) => ranking.getByRole("listitem").filter({ has: ada.page.getByRole("meter", { name: `Trust in ${name}` }) });
  await line("Ada").getByText("It made this room: trust starts here.").waitFor();
  await line("Ben").getByText("Nobody trusted here has vouched for its work yet.").waitFor({ timeout: PATIENCE_MS });
  assert.equal(await line("Ben").getByRole("meter").getAttribute("aria-valuenow"), "0");

  for (const [i, peer] of [ada, ben].entries()) await peer.loadDigits(i + 1);
  await ada.setTraining({ rounds: 4, steps: 40 });
  await ada.click("button", "Train together");
  await ada.untilFinished();
  await line("Ben").getByText(/Ada vouches for it: \d useful updates?\./).waitFor({ timeout: PATIENCE_MS });
  const trust = Number(await line("Ben").getByRole("meter").getAttribute("aria-valuenow"));
  assert.ok(trust > 0 && trust < 100, `${trust} %`);
  await world.photograph();
});

scenario("pages that gave way are drawn, and what was on them is written again", async (world) => {
  const [ada, ben] = await roomOfTwo(world);
  await ben.click("button", "Open the books");
  await ada.click("button", "Close connection to Ben");
  await ada.until("they are apart", (s) => !Object.values(s.peers).includes("open"));
  await ben.select("Who writes new pages", "this device writes");
  const { height } = (await ada.state()).books;
  await gives(ada, "1");
  await ada.until("Ada writes a page", (s) => s.books.height === height + 1 && s.books.waiting === 0, PATIENCE_MS);
  for (let pages = 1; pages <= 3; pages += 1) {
    await gives(ben, "2");
    const isWritten = (s) => s.books.height === height + pages && s.books.waiting === 0;
    await ben.until("Ben writes another", isWritten, PATIENCE_MS);
  }
  await ada.click("button", "Connect to Ben");
  await ada.connectedTo(ben);

  const left = ada.page.getByRole("list", { name: "Pages that gave way, newest first" });
  await left.getByText(`A page ${height + 1}, written by Ada, gave way.`).waitFor({ timeout: PATIENCE_MS });
  await left.getByText("Nothing was lost: 1 entry is written again.").waitFor({ timeout: PATIENCE_MS });
  const entries = left.getByRole("list", { name: `Entries of pages that parted after page ${height}` });
  await entries.getByText(/Ada gave 1 credits? to Ben\. Written again on page \d+\./).waitFor();
  const picture = ada.page.getByRole("img", { name: `1 beside them gave way after page ${height}` });
  assert.equal(await picture.locator(".books-gave-way").count(), 1);
  const { books } = await ada.until("nothing waits", (s) => s.books.waiting === 0, PATIENCE_MS);
  await ben.until("both have one set of books", (s) => s.books.height >= books.height, PATIENCE_MS);
  await world.photograph();
});

/** A room of two that have names, both members. */
async function roomOfTwo(world) {
  await world.startServer();
  const [ada, ben] = await Promise.all([world.device("Ada"), world.device("Ben")]);
  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(invitation);
  await ada.connectedTo(ben);
  for (const peer of [ada, ben]) {
    await peer.fill("textbox", "Device name", peer.name);
    await peer.click("button", "Save name");
  }
  for (const [one, other] of [[ada, "Ben"], [ben, "Ada"]]) {
    await one.until(`${other} is called so`, (s) => s.people.some((person) => person.includes(other)));
  }
  await ben.until("it is welcomed", (s) => s.books.balance === 100_000_000, PATIENCE_MS);
  return [ada, ben];
}

/** Gives credits to the other one. */
async function gives(peer, amount) {
  const open = peer.page.getByRole("button", { name: "Open the books" });
  if (await open.isVisible()) await open.click();
  await peer.fill("textbox", "How many", amount);
  await peer.click("button", "Give");
}

/** The lines of a proof, a name and a value each. */
function parts(text) {
  return Object.fromEntries(text.trim().split("\n").slice(1).map((line) => line.split(" ")));
}

/** What a button has the browser save. */
async function download(peer, button) {
  const [saved] = await Promise.all([peer.page.waitForEvent("download"), button.click()]);
  return readFile(await saved.path(), "utf8");
}
