// The whole model of texts: brought once by who wants it, used without the server after that, and gone when it is switched off.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { barePage, startBoth } from "../harness/bare.mjs";
import { scenario } from "../harness/world.mjs";

const SHOPS = "Stores are open until eight in the evening on weekdays and until noon on Saturday.";
const CAR_PARK = "The car park behind the station is closed for repairs.";
const BREAD = "Bread dough rises overnight in the fridge.";
/** The table is misled by a word that question and car park have; the whole model is not. */
const QUESTION = "when do the shops close";
const MODEL = "/sdk/texts-whole.model";

for (const [browser, device] of [
  ["Chromium", (world) => world.device("Ada")],
  ["Firefox", (world) => world.firefoxDevice("Fox")],
]) {
  scenario(`${browser}: the whole model comes once, reads what is here, and goes again`, async (world) => {
    await world.startServer();
    const door = await startDoor(world);
    const peer = await device(world);
    await peer.goto(`${door.origin}/memory`);
    for (const text of [SHOPS, CAR_PARK, BREAD]) await remember(peer, text);
    await peer.fill("searchbox", "Search by meaning or by words", QUESTION);
    await firstIs(peer, CAR_PARK);

    door.refuses = true;
    peer.expectProblem(/503/);
    await peer.click("button", "Bring the whole model");
    await shows(peer, "why it does not come", () => /not used: it could not be fetched .*503.*try again/.test(document.querySelector(".memory-whole [role=alert]")?.textContent));
    await firstIs(peer, CAR_PARK);
    door.refuses = false;
    await peer.click("button", "Try again");
    await hasRead(peer, 3);
    await firstIs(peer, SHOPS);
    // What is remembered later is read, too.
    await remember(peer, "A loaf needs forty minutes in a hot oven.");
    await hasRead(peer, 4);
    assert.equal(door.models, 1);

    await peer.reload();
    await hasRead(peer, 4);
    await peer.fill("searchbox", "Search by meaning or by words", QUESTION);
    await firstIs(peer, SHOPS);
    // Nobody answers any more.
    await door.close();
    await peer.fill("searchbox", "Search by meaning or by words", "opening hours");
    await firstIs(peer, SHOPS);
    await peer.fill("searchbox", "Search by meaning or by words", QUESTION);
    await firstIs(peer, SHOPS);
    await door.open();
    assert.equal(door.models, 1, "it came once");

    await peer.click("button", "Switch the whole model off");
    await shows(peer, "that it is off", () => document.querySelector(".memory-whole button").textContent === "Bring the whole model");
    await firstIs(peer, CAR_PARK);
    const left = () => peer.evaluate(async () => {
      const names = [];
      for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
      return names.filter((name) => /-model$|-vectors-/.test(name));
    });
    assert.deepEqual(await left(), []);
    await peer.reload();
    await peer.fill("searchbox", "Search by meaning or by words", QUESTION);
    await firstIs(peer, CAR_PARK);
    assert.equal(door.models, 1);
  });
}

scenario("the class brings the whole model to a page of another site", async (world) => {
  const site = await startBoth(world);
  const page = await barePage(world, site);
  const first = () => page.evaluate(async (question) => {
    const [first] = await window.network.semantic_memory_search(question, [], 1, { everywhere: false });
    return first.text;
  }, QUESTION);
  await page.evaluate(async (texts) => {
    for (const text of texts) await window.network.remember(text);
  }, [SHOPS, CAR_PARK]);
  assert.equal(await first(), CAR_PARK);
  assert.equal((await stats(page)).state, "off");

  await page.evaluate(() => window.network.use_whole_text_model());
  await page.waitForFunction(async () => {
    const { whole_model } = await window.network.get_vector_database_stats();
    return whole_model.state === "on" && whole_model.read === 2 && whole_model.texts === 2;
  });
  assert.equal(await first(), SHOPS);
  await page.evaluate(() => window.network.use_whole_text_model(false));
  assert.deepEqual(await stats(page), { state: "off", read: 0, texts: 0, reason: null });
  assert.equal(await first(), CAR_PARK);
  const refused = await page.evaluate(() => window.network.use_whole_text_model("yes").catch(({ code }) => code));
  assert.equal(refused, "invalid_input");
});

async function stats(page) {
  return page.evaluate(async () => (await window.network.get_vector_database_stats()).whole_model);
}

/** What stands between a browser and the server: counts how often the model is given, refuses it, and closes. */
async function startDoor(world) {
  const door = { models: 0, refuses: false };
  const pass = (incoming, outgoing) => {
    const isModel = incoming.url === MODEL;
    if (isModel && door.refuses) {
      outgoing.writeHead(503).end();
      return;
    }
    if (isModel) door.models += 1;
    const { method, headers, url: path } = incoming;
    const passed = request(world.server.origin + path, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  };
  let server;
  let port = 0;
  door.open = async () => {
    server = createServer(pass).listen(port, "127.0.0.1");
    await once(server, "listening");
    port = server.address().port;
    door.origin = `http://127.0.0.1:${port}`;
  };
  door.close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await door.open();
  world.later(() => {
    server.close();
    server.closeAllConnections();
  });
  return door;
}

async function remember(peer, text) {
  await peer.fill("textbox", "Note", text);
  await peer.click("button", "Remember");
  await shows(peer, `that “${text}” is stored`, (text) => {
    const isStored = document.body.textContent.includes("Stored on this device.");
    return isStored && [...document.querySelectorAll("textarea")].every((field) => field.value !== text);
  }, text);
}

async function hasRead(peer, count) {
  await shows(peer, `that ${count} texts are read`, (count) => {
    return document.querySelector(".memory-whole-state")?.textContent === `The whole model has read all ${count} texts.`;
  }, count);
}

async function firstIs(peer, text) {
  await shows(peer, `“${text}” first`, (text) => document.querySelector(".memories-item")?.textContent.includes(text), text);
}

/** Waits until the page is as it should be. */
async function shows(peer, what, predicate, argument) {
  for (const deadline = Date.now() + 60_000; ; ) {
    if (await peer.evaluate(predicate, argument)) return;
    const shown = () => peer.evaluate(() => [...document.querySelectorAll(".memory-whole, .memories-item")].map((it) => it.textContent));
    assert.ok(Date.now() < deadline, `${peer.name}: not within 60 s: ${what}; there is ${JSON.stringify(await shown())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
