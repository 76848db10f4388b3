// The room's books: members are welcomed, give credits, and check everything, with the real ledger behind.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

const PATIENCE_MS = 60_000;

scenario("who comes is welcomed, gives credits, and all devices have one set of books", async (world) => {
  await world.startServer();
  const { origin } = world.server;
  const [ada, ben] = await Promise.all([world.device("Ada"), world.device("Ben")]);
  const invitation = await ada.createRoom(origin);
  await ben.openInvitation(invitation);
  await ada.connectedTo(ben);
  await ben.until("it is welcomed", (s) => s.books.balance === 100_000_000, PATIENCE_MS);

  await ben.click("button", "Open the books");
  await ben.fill("textbox", "How many", "2.5");
  await ben.click("button", "Give");
  const paid = (s) => s.books.balance === 97_498_000 && s.books.waiting === 0;
  const { books } = await ben.until("what was given is written", paid, PATIENCE_MS);
  await ada.until("Ada has the same pages", (s) => s.books.height === books.height);
  await ben.page.getByRole("button", { name: `Page ${books.height}` }).click();
  const entries = ben.page.getByRole("list", { name: `Entries of page ${books.height}` });
  await entries.getByText(/gave 2.5 credits to/).waitFor();
  await ben.click("button", "Check everything");
  await ben.page.getByText(/All \d+ pages? with \d+ entries are right/).waitFor();

  await ben.fill("textbox", "How many", "98");
  await ben.click("button", "Give");
  await ben.page.getByText(/98 cr are more than the 97.496 cr that are there/).waitFor();
  await ben.fill("textbox", "How many", "two");
  await ben.click("button", "Give");
  await ben.page.getByText(/Give an amount of credits/).waitFor();

  await ben.reload();
  await ben.inRoom();
  await ben.until("the books are still here", (s) => s.books.height >= books.height && s.books.balance === 97_498_000, PATIENCE_MS);
  await world.photograph();
});

scenario("the founder goes, the server dies, and the books are kept", async (world) => {
  await world.startServer();
  const { origin } = world.server;
  const [ada, ben, cleo] = await Promise.all(["Ada", "Ben", "Cleo"].map((name) => world.device(name)));
  const invitation = await ada.createRoom(origin);
  await Promise.all([ben, cleo].map((peer) => peer.openInvitation(invitation)));
  await ben.connectedTo(cleo);
  for (const peer of [ben, cleo]) await peer.until("welcomed", (s) => s.books.balance > 0, PATIENCE_MS);
  for (const peer of [ben, cleo]) peer.expectProblem(/WebSocket/);
  await world.server.kill();
  await ada.page.close();
  await ben.click("button", "Open the books");
  await ben.select("Who writes new pages", "this device writes");
  const height = (await ben.state()).books.height;
  await cleo.click("button", "Open the books");
  await cleo.fill("textbox", "How many", "1");
  await cleo.click("button", "Give");
  await cleo.until("it is written", (s) => s.books.height > height && s.books.waiting === 0, PATIENCE_MS);
  assert.equal((await cleo.state()).books.balance, 98_998_000);
});
