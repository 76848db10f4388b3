// One device by itself: trains, is asked what it sees, and does by hand what happens by itself otherwise.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("a device that trains alone is asked what it sees in a drawing", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await ada.loadDigits(1);
  await ada.setTraining({ rounds: 10, steps: 40 });
  await ada.click("button", "Train alone");
  const { session } = await ada.untilFinished();
  assert.equal(session.round, "10");

  // A one: a stroke from top to bottom.
  const canvas = ada.page.getByRole("img", { name: "Drawing", exact: true });
  await canvas.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await canvas.boundingBox();
  await ada.page.mouse.move(x + width / 2, y + height * 0.12);
  await ada.page.mouse.down();
  await ada.page.mouse.move(x + width / 2, y + height * 0.88, { steps: 12 });
  await ada.page.mouse.up();
  const { guesses } = await ada.until("ten guesses", (s) => s.guesses.length === 10);
  const probabilities = guesses.map(({ probability }) => Number(probability));
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  assert.ok(Math.abs(sum - 1) < 0.01, `the probabilities add up to one: ${sum}`);
  assert.deepEqual(probabilities, [...probabilities].sort((a, b) => b - a), "best first");

  await ada.click("button", "Clear drawing");
  await ada.until("no guesses without a drawing", (s) => s.guesses.length === 0);
});

scenario("each stage of a connection can be taken by hand", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  const invitation = await ada.createRoom(world.server.origin);
  await ada.click("button", "By hand");
  await ada.fill("textbox", "Cluster name", "two words");
  await ada.click("button", "Create cluster");
  await ada.until("the bad name is explained", (s) => s.alerts.some((alert) => alert.includes("two words")));
  await ada.fill("textbox", "Cluster name", "by-hand");
  await ada.fill("textbox", "Nodes in each layer", "16, 8");
  await ada.click("button", "Create cluster");
  await ada.until("the bad name is forgotten", (s) => s.alerts.length === 0);

  await ben.openInvitation(invitation);
  await ada.connectedTo(ben);
  const benId = await ben.id();
  const options = await ada.evaluate(() => {
    const select = [...document.querySelectorAll("label")].find((label) => label.textContent.startsWith("Peer"));
    return [...select.querySelector("select").options].map((option) => option.label);
  });
  const label = options.find((option) => option.includes(benId.slice(0, 4)));
  assert.ok(label, `Ben can be chosen: ${options}`);
  await ada.select("Peer", label);
  await ada.fill("textbox", "Text", "by hand");
  await ada.click("button", "Send to this peer");
  await ben.hears("by hand");
  await ada.click("button", "Close this connection");
  await ada.until("the connection is closed", (s) => s.peers[benId] === "discovered");
  await ada.click("button", "Connect to this peer");
  await ada.connectedTo(ben);

  const box = ada.page.getByRole("checkbox", { name: "Connect to peers only by hand", exact: true });
  await box.check();
  await ada.click("button", "Leave room");
  await ada.until("the landing page", (s) => s.path === "/");
  await ada.fill("textbox", "Invitation link", invitation);
  await ada.click("button", "Enter the room");
  await ada.inRoom();
  await ada.click("button", "By hand");
  assert.ok(await box.isChecked(), "the box shows what still holds");
});
