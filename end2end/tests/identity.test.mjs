// One identity a device: it has a name, a second tab says so, and damaged storage costs what was damaged and no more.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("a second tab with the same identity says so and leaves the first alone", async (world) => {
  await world.startServer();
  const context = await world.context();
  const first = await world.tab("First", context);
  const second = await world.tab("Second", context);
  const invitation = await first.createRoom(world.server.origin);

  await second.goto(invitation);
  const { alerts } = await second.until("the reason is shown", (s) => s.alerts.length > 0);
  assert.match(alerts.join(" "), /tab/i);

  const ben = await world.device("Ben");
  await ben.openInvitation(invitation);
  await ben.connectedTo(first);
  await first.say("I am still here");
  await ben.hears("I am still here");
});

scenario("others see a new name at once", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  await ben.openInvitation(await ada.createRoom(world.server.origin));
  await ada.connectedTo(ben);
  await ben.fill("textbox", "Device name", "Ben's phone");
  await ben.click("button", "Save name");
  await ada.until("the new name is shown", (s) => s.people.some((person) => person.includes("Ben's phone")));
});

scenario("others see at once that a page was closed", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  await ben.openInvitation(await ada.createRoom(world.server.origin));
  await ada.connectedTo(ben);
  await ben.close();
  await ada.until("Ben has left", (s) => Object.keys(s.peers).length === 0, 5_000);
});

scenario("damaged records are reported and the device starts all the same", async (world) => {
  await world.startServer();
  const context = await world.context();
  const before = await world.tab("Before", context);
  await before.createRoom(world.server.origin);
  await before.loadDigits(1);
  await before.goto(`${world.server.origin}/healthz`);
  const damaged = await before.evaluate(damageRecords);
  assert.ok(damaged > 0, "there were records to damage");
  await before.page.close();

  const after = await world.tab("After", context);
  await after.createRoom(world.server.origin);
  const { log } = await after.until("the damage is reported", (s) => s.log.some((line) => /damaged/.test(line)));
  assert.ok(log.length > 0);
  await after.loadDigits(1);
});

/** Runs inside a page: puts rubbish where every stored record's bytes were, and tells how many there were. */
async function damageRecords() {
  const finished = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const rubbish = (value) => {
    if (value instanceof Uint8Array) return new Uint8Array([255, 0, 255]);
    if (value instanceof ArrayBuffer) return new Uint8Array([255, 0, 255]).buffer;
    if (value !== null && typeof value === "object" && value.constructor === Object) {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rubbish(part)]));
    }
    return value;
  };
  let count = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await finished(indexedDB.open(name));
    for (const storeName of database.objectStoreNames) {
      const store = database.transaction(storeName, "readwrite").objectStore(storeName);
      const [keys, values] = [await finished(store.getAllKeys()), await finished(store.getAll())];
      for (const [i, key] of keys.entries()) {
        await finished(store.keyPath === null ? store.put(rubbish(values[i]), key) : store.put(rubbish(values[i])));
        count += 1;
      }
    }
    database.close();
  }
  return count;
}
