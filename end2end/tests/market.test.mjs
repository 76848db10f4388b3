// The market: nodes are offered, borrowed, checked, paid for, and found elsewhere when their lender goes; one lender is Firefox.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

const PATIENCE_MS = 90_000;

scenario("nodes are lent for credits, replaced when their lender goes, and paid for", async (world) => {
  await world.startServer();
  const [ada, ben] = await Promise.all([world.device("Ada"), world.device("Ben")]);
  const fox = await world.firefoxDevice("Fox");
  const invitation = await ada.createRoom(world.server.origin);
  await Promise.all([ben, fox].map((peer) => peer.openInvitation(invitation)));
  for (const peer of [ben, fox]) await ada.connectedTo(peer);
  for (const peer of [ben, fox]) await peer.until("welcomed", (s) => s.books.balance > 0, PATIENCE_MS);
  await ada.loadDigits(1, 20);

  // Nobody lends what is not a number of nodes.
  await ben.click("button", "Open the market");
  await ben.fill("textbox", "Nodes", "5000");
  await ben.click("button", "Offer them");
  await ben.page.getByText("Offer 1 to 512 nodes").waitFor();
  await lend(ben, "128", "1");
  await fox.click("button", "Open the market");
  await lend(fox, "128", "2");

  await ada.click("button", "Open the market");
  const offers = ada.page.getByRole("list", { name: "Offers", exact: true });
  await ada.page.waitForFunction(() => document.querySelectorAll('[aria-label="Offers"] li').length === 2);
  assert.match(await offers.innerText(), /1 credit an hour and 0.001 credits for a thousand events: some 11 credits in a busy hour/);
  assert.match(await offers.innerText(), /Its work is not known here yet .*· loses 10 credits if it cheats/);
  await ada.click("button", "Borrow all that help");
  await ada.until("the upper layer is lent", (s) => /^128 nodes of layer 2: /.test(s.parts[0] ?? "") && !/this device|way/.test(s.parts[0]), PATIENCE_MS);
  const loans = ada.page.getByRole("list", { name: "Loans" });
  await loans.getByText(/128 nodes of .+ work for you/).waitFor();
  const before = (await fox.state()).books.balance;

  await ada.evaluate(() => window.peerceptron.train_split_cluster("digits", { steps: 3000, learning_rate: 0.002 }));
  await loans.getByText(/in [1-9]\d* signed stretch/).waitFor({ timeout: PATIENCE_MS });
  // The cheaper lender goes: the other one takes its place.
  assert.doesNotMatch((await ada.state()).parts[0], /Firefox/, "the cheaper offer was taken");
  await ben.page.close();
  await ada.until("Fox's device has the nodes", (s) => /^128 nodes of layer 2: Firefox/.test(s.parts[0] ?? ""), PATIENCE_MS);
  await fox.until("its page says so", (s) => /^128 nodes of layer 2 of .+’s “digits”/.test(s.carried[0] ?? ""));
  const isTrained = (s) => s.split.split === "rests" && Number(s.split.accuracy ?? 0) > 0.8;
  await ada.until("it is trained", isTrained, 120_000);
  // One stretch in four is computed again, by chance: Chromium finds Firefox's work right to the last bit.
  const loan = () => ada.evaluate(() => window.peerceptron.get_split().split.parts[0].loan);
  while ((await loan()).audits === 0) {
    await ada.evaluate(async () => {
      const trained = new Promise((resolve) => window.peerceptron.on("split", resolve));
      await window.peerceptron.train_split_cluster("digits", { steps: 1000, learning_rate: 0.0005 });
      await trained;
    });
  }
  assert.equal((await loan()).stage, "open");

  await ada.click("button", "Bring all nodes home");
  await ada.until("the network is on one device", (s) => s.split.split === "no", PATIENCE_MS);
  await fox.until("it is paid, and its stake is back", (s) => s.books.balance > before + 10_000_000, PATIENCE_MS);
});

async function lend(peer, nodes, credits) {
  await peer.fill("textbox", "Nodes", nodes);
  await peer.fill("textbox", "Credits an hour", credits);
  await peer.click("button", "Offer them");
  await peer.until("its stake is bound", (s) => s.books.balance < 91_000_000 && s.books.waiting === 0, PATIENCE_MS);
}
