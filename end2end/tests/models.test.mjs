// Models leave the page as files and come back, and the network shows which of its nodes fire.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { scenario } from "../harness/world.mjs";

scenario("a model that was taken along sees the same in another room, on another device", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await ada.loadDigits(1);
  await ada.setTraining({ rounds: 6, steps: 40 });
  await ada.click("button", "Train alone");
  const { session } = await ada.untilFinished();
  await drawOne(ada);
  const before = await seen(ada);
  const file = await download(ada, "Download safetensors");
  assert.equal(file.name, `digits-${session.model.slice(0, 8)}.safetensors`);
  const onnx = await download(ada, "Download ONNX");
  assert.match(onnx.name, /^digits-[0-9a-f]{8}\.onnx$/);
  assert.ok(onnx.bytes.length > 10_000, `${onnx.bytes.length} bytes`);

  const ben = await world.device("Ben");
  await ben.createRoom(world.server.origin);
  await upload(ben, file);
  await ben.page.getByText("The model is here as cluster “digits”").waitFor();
  await drawOne(ben);
  assert.deepEqual(await seen(ben), before);

  // The name is taken by now.
  await upload(ben, file);
  await ben.page.getByText("The model is here as cluster “digits-2”").waitFor();
  const choice = ben.page.getByRole("combobox", { name: "Cluster in use", exact: true });
  assert.equal(await choice.inputValue(), "digits-2");
  await choice.selectOption("digits");
  assert.deepEqual(await seen(ben), before);
});

scenario("a damaged model is refused in a sentence, and nothing changes", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await ada.loadDigits(1);
  const file = await download(ada, "Download safetensors");

  const changed = Buffer.from(file.bytes);
  changed[changed.length - 1000] ^= 1;
  await upload(ada, { ...file, bytes: changed });
  await ada.until("the hash is named", (s) => s.alerts.some((it) => /has the hash .* changed or damaged/.test(it)));
  await upload(ada, { ...file, bytes: file.bytes.subarray(0, 200) });
  await ada.until("the cut is named", (s) => s.alerts.some((it) => it.includes("the file is cut short")));
  await upload(ada, { ...file, bytes: Buffer.from("a,b,c\n1,2,3\n") });
  await ada.until("what it is not is named", (s) => s.alerts.some((it) => it.includes("safetensors")));
  assert.equal(await ada.page.getByRole("combobox", { name: "Cluster in use" }).count(), 0, "there is one cluster");
  await upload(ada, file);
  await ada.until("the problem is forgotten", (s) => s.alerts.length === 0);
  await ada.page.getByText("as cluster “digits-2”").waitFor();
});

scenario("nodes light up while something is drawn, and each can be read", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await ada.loadDigits(1);
  const layers = ada.page.getByRole("list", { name: "Layers of the network", exact: true }).getByRole("listitem");
  await layers.nth(1).waitFor();
  assert.equal(await layers.count(), 2);
  const nodes = ada.page.getByRole("img", { name: "Nodes of layer 1", exact: true });
  const unlit = await picture(nodes);

  await drawOne(ada);
  const { fired } = await seen(ada);
  assert.equal(fired.length, 2);
  assert.match(fired[0], /^Layer 1: \d+ of 128 nodes fired$/);
  await layers.first().getByText(fired[0].replace("Layer 1: ", "")).waitFor();
  assert.notEqual(await picture(nodes), unlit, "the nodes are lit");

  await nodes.focus();
  await ada.page.keyboard.press("ArrowRight");
  await ada.page.keyboard.press("ArrowRight");
  // What it does now, and what it remembers of itself.
  const remembers = String.raw`\(\d+\.\d % of late, \d+\.\d % for long; error -?\d+\.\d{3}, -?\d+\.\d{3} for long; trace -?\d+\.\d\d; threshold -?\d+\.\d\d for long\)`;
  const words = new RegExp(String.raw`^Node 2: threshold -?\d+\.\d\d, fires in \d+\.\d % of rows ${remembers}, (fires|silent) now$`);
  await layers.first().getByRole("status").getByText(words).waitFor();

  await ada.click("button", "Clear drawing");
  await ada.page.waitForFunction(() => document.querySelectorAll("[data-fired]").length === 0);
});

/** Draws a one with the keyboard, which draws the same on every screen. */
async function drawOne(peer) {
  await peer.page.getByRole("img", { name: "Drawing", exact: true }).focus();
  await peer.page.keyboard.press(" ");
  for (let step = 0; step < 15; step += 1) await peer.page.keyboard.press("ArrowDown");
}

/** What the network sees, and which nodes fire at it, once it has seen the whole drawing. */
async function seen(peer) {
  let last;
  for (;;) {
    const { guesses } = await peer.until("ten guesses", (s) => s.guesses.length === 10);
    const strips = peer.page.getByRole("list", { name: "Nodes that fire", exact: true }).getByRole("listitem");
    const now = { guesses, fired: (await strips.allTextContents()).map((text) => text.trim()) };
    if (JSON.stringify(now) === last) return now;
    last = JSON.stringify(now);
    await peer.page.waitForTimeout(500);
  }
}

async function picture(canvas) {
  return canvas.evaluate((canvas) => canvas.toDataURL());
}

async function download(peer, button) {
  const downloading = peer.page.waitForEvent("download");
  await peer.click("button", button);
  const file = await downloading;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

async function upload(peer, { name, bytes }) {
  await peer.page.getByLabel("Upload a model", { exact: true }).setInputFiles({
    name,
    mimeType: "application/octet-stream",
    buffer: bytes,
  });
}
