// All that a device has, in one file: written by one browser, taken by another, and never by halves.

import assert from "node:assert/strict";
import { barePage, openBarePage, refusals, startBoth } from "../harness/bare.mjs";
import { scenario } from "../harness/world.mjs";

const PASSPHRASE = "correct horse battery staple";
const NOTE = "The spare key lies under the third stone beside the shed";

scenario("what Chromium writes, Firefox takes, and is that device", async (world) => {
  const site = await startBoth(world);
  const ada = await barePage(world, site);
  const before = await ada.evaluate(async (note) => {
    const { network } = window;
    await network.join_room(undefined, { device_name: "Ada’s laptop" });
    await network.create_cluster("bees", { inputs: 4, layers: [8], classes: 3 });
    await network.remember(note, { tags: ["house"] });
    return { me: await network.ready(), clusters: network.get_cluster_ids?.() };
  }, NOTE);
  const refused = await refusals(ada, {
    short: () => window.network.export_everything("secret"),
    none: () => window.network.export_everything(),
    noFile: () => window.network.import_everything("a text", "a passphrase"),
    other: () => window.network.import_everything(new Uint8Array([1, 2, 3]), "a passphrase"),
  });
  assert.match(refused.short.message, /6 characters is guessed/);
  assert.equal(refused.none.code, "invalid_input");
  assert.match(refused.noFile.message, /must be a Uint8Array or a Blob/);
  assert.deepEqual([refused.other.code, /begins with `PCB1`/.test(refused.other.message)], ["invalid_copy", true]);
  const file = await ada.evaluate(async (passphrase) => [...(await window.network.export_everything(passphrase))], PASSPHRASE);
  assert.ok(!Buffer.from(file).includes(NOTE), "the note cannot be read in the file");

  const fox = await world.firefoxDevice("Fox");
  await fox.goto(site.origin);
  const open = async ([origin, device]) => {
    const { default: init, DistributedNeuralNetwork } = await import(`${origin}/sdk/peerceptron.js`);
    await init();
    window.network = new DistributedNeuralNetwork(device);
    return window.network.ready();
  };
  const stranger = await fox.evaluate(open, [world.server.origin, "bare"]);
  assert.notEqual(stranger, before.me);
  await fox.evaluate(() => window.network.remember("What was here before"));

  const wrong = await fox.evaluate(async (file) => {
    const answers = [];
    const attempts = [
      [file, "correct horse battery stapler"],
      [file.slice(0, -1), "correct horse battery staple"],
      [file.map((byte, place) => (place === 4 ? 9 : byte)), "correct horse battery staple"],
    ];
    for (const [bytes, passphrase] of attempts) {
      const refusal = await window.network.import_everything(new Uint8Array(bytes), passphrase).catch((error) => error);
      answers.push([refusal.code, refusal.message]);
    }
    const [found] = await window.network.semantic_memory_search("what was here", [], 1, { everywhere: false });
    return { answers, me: await window.network.ready(), text: found.text };
  }, file);
  assert.deepEqual(wrong.answers.map(([code]) => code), ["wrong_passphrase", "invalid_copy", "invalid_copy"]);
  assert.match(wrong.answers[1][1], /cut off/);
  assert.match(wrong.answers[2][1], /newer version/);
  assert.deepEqual([wrong.me, wrong.text], [stranger, "What was here before"], "nothing has changed");

  const closed = await fox.evaluate(async ([file, passphrase]) => {
    await window.network.import_everything(new Uint8Array(file), passphrase);
    return window.network.ready().catch((error) => error.code);
  }, [file, PASSPHRASE]);
  assert.equal(closed, "closed");
  assert.equal(await fox.evaluate(open, [world.server.origin, "bare"]), before.me);
  const after = await fox.evaluate(async () => {
    const { network } = window;
    const [found] = await network.semantic_memory_search("how do I get into the house without a key?", [], 5, { everywhere: false });
    const { capsules } = await network.get_vector_database_stats();
    const state = await network.get_cluster_state("bees");
    return { text: found.text, tags: found.tags, capsules, cluster: state !== undefined };
  });
  assert.deepEqual(after, { text: NOTE, tags: ["house"], capsules: 1, cluster: true });
});

scenario("a tab that closes while a copy takes its place leaves all of the one or all of the other", async (world) => {
  const site = await startBoth(world);
  const { origin } = world.server;
  const ada = await barePage(world, site);
  const theirs = await describe(ada, "Theirs");
  const file = await ada.evaluate(async (passphrase) => [...(await window.network.export_everything(passphrase))], PASSPHRASE);

  // At which of its steps a tab ends is for chance to say, from before the first to after the last.
  for (const wait_ms of [0, 2, 4, 8, 16, 32, 64]) {
    const context = await world.context();
    const page = await openBarePage(context, site, origin, "bare");
    const ours = await describe(page, "Ours");
    await page.evaluate(
      async ([file, passphrase, wait_ms]) => {
        // Until its passphrase was tried nothing can happen: what follows is of interest.
        const isTaken = new Promise((resolve) => {
          const { postMessage } = Worker.prototype;
          Worker.prototype.postMessage = function (message, ...rest) {
            if (Array.isArray(message) && message[0] === "take") resolve();
            return postMessage.call(this, message, ...rest);
          };
        });
        window.network.import_everything(new Uint8Array(file), passphrase).catch(() => {});
        await isTaken;
        await new Promise((resolve) => setTimeout(resolve, wait_ms));
      },
      [file, PASSPHRASE, wait_ms],
    );
    await page.close();
    const found = await look(await openBarePage(context, site, origin, "bare"));
    assert.deepEqual(found, found.me === theirs.me ? theirs : ours, `after ${wait_ms} ms`);
    await context.close();
  }
});

scenario("what a tab had begun when it ended is brought to its end, or taken away", async (world) => {
  const site = await startBoth(world);
  const { origin } = world.server;
  const context = await world.context();
  for (const device of ["first", "second"]) {
    const page = await openBarePage(context, site, origin, device);
    await page.evaluate((text) => window.network.remember(text, { privacy: "open" }), `A note of the ${device} device`);
    await page.close();
  }
  const look = async () => {
    const page = await openBarePage(context, site, origin, "second");
    const found = await page.evaluate(async () => {
      const found = await window.network.semantic_memory_search("", [], 10, { everywhere: false });
      const names = [];
      for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
      return { texts: found.map((it) => it.text), left: names.filter((name) => name.endsWith("-copy")) };
    });
    await page.close();
    return found;
  };
  /** Leaves what a tab leaves that ends after the log was written beside, and before or after the records were. */
  const leave = async (has_records) => {
    const page = await context.newPage();
    await page.goto(site.origin);
    await page.evaluate(async (has_records) => {
      const root = await navigator.storage.getDirectory();
      const hex = (name) => [...new TextEncoder().encode(name)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const read = async (slot) => {
        const file = await (await root.getFileHandle(`memory-${hex("first")}-${slot}`)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      };
      const slots = await Promise.all([0, 1].map(read));
      // The other one has no number: it keeps place for the next log.
      const log = slots.find((bytes) => bytes.slice(0, 16).some((byte) => byte !== 0)).slice(16);
      const id = new Uint8Array(16).fill(7);
      const staged = await (await root.getFileHandle(`memory-${hex("second")}-copy`, { create: true })).createWritable();
      await staged.write(new Blob([id, log]));
      await staged.close();
      if (!has_records) return;
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open("peerceptron second", 1);
        Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) });
      });
      const transaction = database.transaction("records", "readwrite");
      transaction.objectStore("records").put(id, "host/copy_begun");
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    }, has_records);
    await page.close();
  };
  await leave(false);
  assert.deepEqual(await look(), { texts: ["A note of the second device"], left: [] });
  await leave(true);
  assert.deepEqual(await look(), { texts: ["A note of the first device"], left: [] });
  // It is over: what comes next is kept as ever.
  assert.deepEqual(await look(), { texts: ["A note of the first device"], left: [] });
});

scenario("a person saves a copy on the memory’s page, and another device becomes it once its person is sure", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.goto(`${world.server.origin}/memory`);
  await ada.fill("textbox", "Note", NOTE);
  await ada.click("button", "Remember");
  await ada.page.getByText("Stored on this device.").waitFor();
  const save = ada.page.getByRole("form", { name: "Save a copy" });
  await save.getByText("8 characters or more").waitFor();
  await save.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await save.getByLabel("The same once more").fill("something else");
  await save.getByRole("button", { name: "Save a copy" }).click();
  await save.getByText("The two passphrases are not the same").waitFor();
  await save.getByLabel("The same once more").fill(PASSPHRASE);
  const [download] = await Promise.all([ada.page.waitForEvent("download"), save.getByRole("button", { name: "Save a copy" }).click()]);
  assert.match(download.suggestedFilename(), /^peerceptron-.*-\d{4}-\d\d-\d\d\.copy$/);
  const path = await download.path();
  await save.getByText("is among your downloads").waitFor();
  const me = await ada.evaluate(() => window.peerceptron.ready());

  const ben = await world.device("Ben");
  await ben.goto(`${world.server.origin}/memory`);
  const put = ben.page.getByRole("form", { name: "Put a saved copy here" });
  const replace = put.getByRole("button", { name: "Replace this device’s data…" });
  const question = put.getByRole("alertdialog");
  await put.getByLabel("Choose a file").setInputFiles(path);
  await put.getByLabel("Its passphrase").fill("correct horse battery stapler");
  await replace.click();
  // Nobody is asked whether they are sure of what cannot be done.
  await put.getByText("This passphrase does not open the copy").waitFor();
  assert.equal(await question.count(), 0);
  const before = await ben.evaluate(() => window.peerceptron.ready());
  assert.notEqual(before, me);
  await put.getByLabel("Its passphrase").fill(PASSPHRASE);
  await replace.click();
  await question.getByText("This device becomes that one.").waitFor();
  await ben.page.waitForFunction(() => document.activeElement.textContent.trim() === "Leave it as it is");
  await put.getByRole("button", { name: "Leave it as it is" }).click();
  await replace.click();
  await put.getByRole("button", { name: "Become that device" }).click();
  await ben.page.getByText("The copy is in its place: this device is now “").waitFor();
  await ben.page.getByText(NOTE).waitFor();
  assert.equal(await ben.evaluate(() => window.peerceptron.ready()), me);
});

/** Makes a device one of its own, and says what it is. */
async function describe(page, text) {
  await page.evaluate((text) => window.network.remember(text), text);
  return look(page);
}

/** What a device is: who, and what it remembers. */
async function look(page) {
  return page.evaluate(async () => {
    const found = await window.network.semantic_memory_search("", [], 10, { everywhere: false });
    return { me: await window.network.ready(), texts: found.map((it) => it.text) };
  });
}
