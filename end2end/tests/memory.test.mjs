// The memory: notes are found by what they mean, stay when the page goes, and leave a device only as their owner has seen.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

const KEY = "The spare key lies under the third stone beside the shed";
const BEES = "Anna Kowalska says the colony swarms in May: mail her at anna.kowalska@example.org";
const MASKED = "[name 1] says the colony swarms in May: mail her at [mail 1]";

scenario("notes are found by what they mean, and stay when the page goes", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await ada.click("button", "Open the memory");
  await remember(ada, KEY, "house");
  await remember(ada, "Bread dough rises overnight in the fridge", "kitchen, baking");
  await remember(ada, "The train to the coast leaves at seven", "travel");

  await search(ada, "how do I get into the house when I am locked out?");
  await firstIs(ada, KEY);
  await search(ada, "sourdough");
  await firstIs(ada, "Bread dough rises overnight in the fridge");
  // The beginning of a word that is in one of them.
  await search(ada, "coa");
  await firstIs(ada, "The train to the coast leaves at seven");
  await search(ada, "");
  await ada.page.getByRole("list", { name: "Tags", exact: true }).getByRole("button", { name: /baking/ }).click();
  await ada.page.waitForFunction(() => document.querySelectorAll(".memories-item").length === 1);
  await firstIs(ada, "Bread dough rises overnight in the fridge");

  await ada.reload();
  await ada.inRoom();
  await ada.click("button", "Open the memory");
  await search(ada, "a place where the key is hidden");
  await firstIs(ada, KEY);
  await ada.page.getByText("3 notes in").waitFor();
  // Who thinks better of it has it back; who does not, has one less.
  const first = ada.page.locator(".memories-item").first();
  const [forget, undo] = ["Forget", "Undo"].map((name) => first.getByRole("button", { name, exact: true }));
  await forget.click();
  await first.getByText("It is forgotten for good in some seconds.").waitFor();
  await ada.page.waitForFunction(() => document.activeElement.textContent.trim() === "Undo");
  await undo.click();
  await first.getByText(KEY).waitFor();
  await ada.page.waitForFunction(() => document.activeElement.textContent.trim() === "Forget");
  await forget.click();
  await undo.waitFor();
  await ada.page.getByText("2 notes in").waitFor();
  await search(ada, "third stone");
  await ada.page.waitForFunction((text) => !document.querySelector(".memories-found").textContent.includes(text), KEY);

  // A page that goes while something can be undone takes it along.
  await search(ada, "sourdough");
  await firstIs(ada, "Bread dough rises overnight in the fridge");
  await forget.click();
  await undo.waitFor();
  await ada.reload();
  await ada.inRoom();
  await ada.click("button", "Open the memory");
  await ada.page.getByText("1 note in").waitFor();
});

scenario("what leaves a device is what its owner has seen, and goes when its owner forgets it", async (world) => {
  await world.startServer();
  const ada = await world.browser("Ada", undefined, keepWhatIsSent);
  const fox = await world.firefoxDevice("Fox");
  const invitation = await ada.createRoom(world.server.origin);
  await fox.openInvitation(invitation);
  await ada.connectedTo(fox);
  await ada.click("button", "Open the memory");
  await fox.click("button", "Open the memory");

  await remember(ada, KEY, "");
  await ada.select("Who may have it", "whoever finds it");
  await ada.fill("textbox", "Note", BEES);
  const preview = ada.page.getByRole("group", { name: "What others will see" });
  await preview.getByText(MASKED).waitFor();
  // What may be seen all the same, and is hidden again.
  const name = preview.getByRole("button", { name: "hide the name “Anna Kowalska”" });
  await name.click();
  await preview.getByText("Anna Kowalska says the colony swarms").waitFor();
  await name.click();
  await preview.getByText(MASKED).waitFor();
  await ada.fill("textbox", "Tags, with commas between", "bees");
  await ada.click("button", "Remember");
  await ada.page.getByText("Stored on this device.").waitFor();

  await fox.click("checkbox", "Ask the room, too");
  await search(fox, "bees leaving their hive");
  await found(fox, (items) => items.length === 1 && items[0].includes("Its text is with whoever has it"));
  await fox.evaluate(() => document.querySelector(".memories-actions button").click());
  await found(fox, (items) => items.length === 1 && items[0].includes(MASKED));

  await search(ada, "swarms in May");
  await firstIs(ada, MASKED);
  await ada.page.locator(".memories-item").first().getByRole("button", { name: "Forget" }).click();
  await found(fox, (items) => items.length === 0);
  const sent = await ada.evaluate(() => window.sent.join("\n"));
  assert.ok(sent.includes("swarms in May"), "the capsule went over the channel");
  for (const secret of ["Kowalska", "anna.kowalska", "third stone"]) {
    assert.ok(!sent.includes(secret), `\`${secret}\` was sent`);
  }
});

scenario("the memory has a page of its own, with a map for eyes and keys", async (world) => {
  await world.startServer();
  const context = await world.context();
  // A browser with little room left, which does not promise to keep what is there.
  await context.addInitScript(() => {
    const storage = { estimate: { usage: 95, quota: 100 }, persisted: false, persist: false };
    for (const [name, answer] of Object.entries(storage)) StorageManager.prototype[name] = async () => answer;
  });
  const ada = await world.tab("Ada", context);
  await ada.goto(world.server.origin + "/");
  await ada.page.getByRole("navigation", { name: "Site" }).getByRole("link", { name: "Memory" }).click();
  await ada.page.getByRole("heading", { name: "Memory", exact: true }).waitFor();
  for (const [text, tags] of NOTES) await remember(ada, text, tags);
  const map = ada.page.getByRole("group", { name: /^Map/ });
  await ada.page.waitForFunction((count) => document.querySelectorAll(".map-point").length === count, NOTES.length);
  // What each colour stands for, and how many points have it.
  const legend = await ada.page.getByRole("list", { name: "Colours" }).getByRole("listitem").allTextContents();
  assert.ok(legend.some((entry) => /^(bees|bread) /.test(entry)), String(legend));
  const counts = legend.map((entry) => Number(entry.split(" ").at(-1)));
  assert.equal(counts.reduce((sum, count) => sum + count, 0), NOTES.length, String(legend));

  await map.focus();
  const told = ada.page.locator(".map-told");
  const seen = new Set();
  for (const key of ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
    await ada.page.keyboard.press(key);
    await ada.page.locator(".map-chosen").waitFor();
    seen.add(await told.locator("p").textContent());
  }
  assert.ok(seen.size >= 2, `keys lead from note to note: ${[...seen]}`);
  for (const text of seen) assert.ok(NOTES.some(([note]) => text.startsWith(note)), text);
  await ada.click("button", "Find what is like it");
  await ada.page.locator(".map-found").first().waitFor();
  await ada.page.keyboard.press("Escape");

  await ada.page.getByText("The same as a list").click();
  for (const [text] of NOTES) await ada.page.locator(".map-list").getByText(text).waitFor();

  await ada.click("button", "What counts least?");
  await ada.page.getByText("1 note counts least").waitFor();
  await ada.page.waitForFunction(() => document.activeElement.textContent.trim() === "Keep them");
  await ada.click("button", "Forget them");
  await ada.page.getByText("1 note is gone.").waitFor();
  await ada.page.waitForFunction((count) => document.querySelectorAll(".map-point").length === count, NOTES.length - 1);

  await ada.click("button", "Ask the browser to keep it");
  await ada.page.getByText("The browser did not agree").waitFor();
});

scenario("the memory's page says what needs a room, leads back to it, and is open once", async (world) => {
  await world.startServer();
  const context = await world.context();
  const ada = await world.tab("Ada", context);
  await ada.goto(world.server.origin + "/memory");
  await remember(ada, KEY, "house");
  const around = ada.page.getByRole("checkbox", { name: "Ask the room, too" });
  const [pair, least, enter] = [
    ada.page.getByRole("button", { name: "Show a pairing link" }),
    ada.page.getByRole("button", { name: "What counts least?" }),
    ada.page.getByRole("link", { name: "Make or enter a room" }),
  ];
  await enter.waitFor();
  // What has no use here is not there: no room, no lack of space.
  for (const without of [around, pair, least]) assert.equal(await without.count(), 0);

  await enter.click();
  await ada.click("button", "Create a room");
  await ada.inRoom();
  const address = ada.page.url().split("#")[0];
  await ada.page.getByRole("navigation", { name: "Site" }).getByRole("link", { name: "Memory" }).click();
  await around.waitFor();
  await pair.click();
  await ada.page.getByRole("textbox", { name: "Pairing link" }).waitFor();
  await ada.page.getByRole("link", { name: /^Back to room / }).click();
  await ada.inRoom();
  assert.equal(ada.page.url(), address);

  const second = await context.newPage();
  await second.goto(world.server.origin + "/memory");
  await second.getByRole("alert").filter({ hasText: "It is open in another tab of this browser already" }).waitFor();
});

const NOTES = [
  ["The colony swarms in May when the hive is full", "bees"],
  ["Honey is harvested twice a year, in June and in August", "bees"],
  ["A queen lays two thousand eggs a day in summer", "bees"],
  ["Smoke calms the bees before the hive is opened", "bees"],
  ["Bread dough rises overnight in the fridge", "bread"],
  ["Rye flour needs a sourdough to bake with", "bread"],
  ["Steam in the first ten minutes gives the loaf its crust", "bread"],
  ["Salt goes into the dough after the first rest", "bread"],
];

/** Runs in the page before its own scripts: keeps all bytes that channels are given, as text. */
const keepWhatIsSent = `
  window.sent = [];
  const send = RTCDataChannel.prototype.send;
  RTCDataChannel.prototype.send = function (data) {
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer ?? [], data.byteOffset, data.byteLength);
    window.sent.push(new TextDecoder("latin1").decode(bytes));
    return send.call(this, data);
  };
`;

async function remember(peer, text, tags) {
  await peer.fill("textbox", "Note", text);
  await peer.fill("textbox", "Tags, with commas between", tags);
  await peer.click("button", "Remember");
  await peer.page.getByText("Stored on this device.").waitFor();
}

async function search(peer, text) {
  await peer.fill("searchbox", "Search by meaning or by words", text);
}

async function firstIs(peer, text) {
  await found(peer, (items) => items[0]?.includes(text), text);
}

/** Waits until what was found is as it should be. */
async function found(peer, predicate, what = "what was found") {
  const items = () => peer.evaluate(() => [...document.querySelectorAll(".memories-item")].map((item) => item.textContent));
  for (const deadline = Date.now() + 30_000; ; ) {
    const shown = await items();
    if (predicate(shown)) return;
    assert.ok(Date.now() < deadline, `${peer.name}: not within 30 s: ${what}; there is ${JSON.stringify(shown)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
