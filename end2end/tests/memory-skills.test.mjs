// Skills on the page: nodes that have learnt something are kept, found on another device, tried, added, proven and rated.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("what one device's nodes have learnt is kept as a skill, and another one tries it and adds it", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  const invitation = await ada.createRoom(world.server.origin);
  await ada.loadDigits(1);
  await ada.setTraining({ rounds: 6, steps: 40 });
  await ada.click("button", "Train alone");
  await ada.untilFinished();
  await ben.openInvitation(invitation);
  await ada.connectedTo(ben);
  await ben.loadDigits(2);

  await ada.click("button", "Open the memory");
  // The end of the session is there by itself, with how surprising it was.
  const episode = ada.page.locator(".memories-item").filter({ hasText: "A session of 6 rounds that this device trained alone ended" });
  await episode.getByText(/surprise \d+ of 100/).first().waitFor();
  await ada.click("button", "Keep as a skill");
  await ada.page.getByText("A skill of 32 nodes is stored on this device.").waitFor();
  const kept = ada.page.locator(".memories-search .memories-item").filter({ hasText: "A skill: 32 nodes of layer 1" });
  // It is found by the words for what it is.
  const field = ada.page.getByRole("searchbox", { name: "Search by meaning or by words" });
  await field.fill("skill");
  await kept.getByText("has “skill”").waitFor();
  await field.fill("");
  await kept.getByRole("button", { name: "Prove that this is mine and unaltered" }).click();
  await kept.getByText("On the ledger since").waitFor({ timeout: 90_000 });

  await ben.click("button", "Open the memory");
  const fired = ben.page.getByRole("group", { name: "What fired like this" });
  await fired.getByRole("button", { name: "Look" }).click();
  const there = fired.locator(".memories-item").filter({ hasText: "A skill: nodes that have learnt something" });
  await there.getByRole("button", { name: "Fetch it from" }).click();
  const here = ben.page.locator(".memories-search .memories-item").filter({ hasText: "A skill: 32 nodes of layer 1" });
  await here.getByText("On the ledger since").waitFor();
  const use = here.getByRole("group", { name: "Use this skill" });
  await use.getByRole("button", { name: "Try it" }).click();
  await here.getByText(/of \d+ rows that no training has seen, .* Nothing was changed\./).waitFor();
  const nodes = () => ben.evaluate(async () => (await window.peerceptron.get_cluster_state("digits")).layers[0].nodes);
  const before = await nodes();
  await use.getByRole("button", { name: "Add its nodes" }).click();
  await here.getByText(/32 nodes were added/).waitFor();
  assert.equal(await nodes(), before + 32);

  await here.getByRole("combobox", { name: "It was" }).selectOption("very useful");
  await here.getByRole("button", { name: "Rate it" }).click();
  await kept.getByText("1 member found it 100 % useful.").waitFor({ timeout: 90_000 });

  // It is there after a reload, and trains on.
  await ben.reload();
  await ben.inRoom();
  await ben.page.waitForFunction(() => window.peerceptron !== undefined);
  assert.equal(await nodes(), before + 32);
});
