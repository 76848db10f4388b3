// A page is reloaded in the middle of training and comes back as itself.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("a page reloaded during training takes part again", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  await ben.openInvitation(await ada.createRoom(world.server.origin));
  await ada.connectedTo(ben);
  await ada.loadDigits(1);
  const loaded = await ben.loadDigits(2);
  await ada.setTraining({ rounds: 300, steps: 20 });
  await ada.click("button", "Train together");
  const before = await ben.untilRound(3);

  await ben.reload();
  const back = await ben.until("the room is entered again", (s) => s.me !== "" && s.signaling === "registered");
  assert.equal(back.me, before.me, "the same identity");
  assert.equal(back.room, before.room, "the same room");
  await ben.connectedTo(ada);
  const data = await ben.until("its rows are loaded again", (s) => s.data?.trainRows === loaded.data.trainRows);
  assert.equal(data.data.cluster, loaded.data.cluster, "the same cluster");

  const rejoined = await ben.until("it is in the session", (s) => s.session?.session === before.session.session);
  const from = Math.max(Number(rejoined.session.round), Number(before.session.round));
  await ben.untilRound(from + 3);
  const benId = await ben.id();
  await ada.until(
    "rounds are made of both devices' updates again",
    (s) => Number(s.session.round) > from && s.members.length === 2 && s.peers[benId] === "open",
  );

  // Rounds that it takes up from the other in one step stand in one row.
  await ben.until("it has several rounds in its table", (s) => s.rounds.length > 5);
  await ada.click("button", "Stop training");
  await Promise.all([ada.untilFinished(), ben.untilFinished()]);
  // A stop meets the two in the middle of a round: whoever is behind fetches the other's model.
  await ada.untilAgreed(ben);

  // What came of it is still there, with the rounds before each reload.
  const ended = await ben.state();
  await ben.evaluate(storesModel, ended.session.model);
  await ben.reload();
  const kept = await ben.until("its accuracies are shown again", (s) => (s.session?.together ?? "") !== "");
  for (const figure of ["session", "round", "model", "together", "alone"]) {
    assert.equal(kept.session[figure], ended.session[figure], figure);
  }
  assert.equal(kept.comparison, ended.comparison);
  const { history, earlier } = await ben.evaluate(() => window.peerceptron.get_session());
  assert.equal(history.length, 0);
  assert.equal(earlier.at(-1).accuracy_together, Number(ended.session.together));
  assert.ok(ended.rounds.length > 3);
  assert.deepEqual(kept.rounds, ended.rounds);
});

/** Runs inside the page: waits until a record on the device names this model, so that a reload finds the session with it. */
async function storesModel(model) {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const hexadecimal = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const { name } = (await indexedDB.databases()).find((database) => database.name.startsWith("peerceptron "));
  const database = await done(indexedDB.open(name));
  for (let stored = false; !stored; ) {
    const records = database.transaction("records", "readonly").objectStore("records");
    const values = await done(records.getAll(IDBKeyRange.bound("cluster/", "cluster0")));
    stored = values.some((value) => hexadecimal(value).includes(model));
  }
  database.close();
}
