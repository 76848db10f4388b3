// People's own data: a table, pictures, drawings. Each is looked at before it is used, and learned from.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pngOf } from "../harness/png.mjs";
import { scenario } from "../harness/world.mjs";

const IRIS = join(dirname(fileURLToPath(import.meta.url)), "../../public/data/iris.csv");

scenario("a table is looked at, learned from, and asked with the names of its classes", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await choosesSource(ada, "A table");
  await ada.page.getByLabel("Choose a CSV file").setInputFiles(IRIS);

  const table = ada.page.getByRole("group", { name: "What is in the table" });
  await table.getByText("150 rows of 4 columns, 3 classes").waitFor();
  assert.equal(await table.getByRole("combobox", { name: "Column with the answer" }).inputValue(), "species");
  assert.match(await table.getByRole("list", { name: "Rows by class" }).innerText(), /setosa\s+50/);
  await ada.page.getByText("one layer of 128 nodes").waitFor();

  // A column of quantities is refused with the reason, and the field says what the table is still looked at by.
  await ada.select("Column with the answer", "petal length");
  await ada.until("the reason", (s) => s.alerts.some((alert) => alert.includes("“iris.csv”: the label column \"petal length\"")));
  assert.equal(await table.getByRole("combobox", { name: "Column with the answer" }).inputValue(), "species");
  await table.getByText("150 rows of 4 columns, 3 classes").waitFor();

  // A column can be left out and taken in again, by the keyboard too.
  const columns = table.getByRole("list", { name: "Columns" });
  await columns.getByRole("button", { name: "Leave out sepal width" }).focus();
  await ada.page.keyboard.press("Enter");
  await table.getByText("150 rows of 3 columns, 3 classes").waitFor();
  await ada.page.getByText("120 rows of 4 values in 3 classes").waitFor();
  assert.equal(await ada.evaluate(() => document.activeElement.getAttribute("aria-label")), "Take in sepal width");
  await ada.click("button", "Take in sepal width");
  await table.getByText("150 rows of 4 columns, 3 classes").waitFor();

  // What is no table is refused by name and reason, and nothing of the table before stands as if it were in it.
  const ragged = { name: "ragged.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2,3\n4,5\n") };
  await ada.page.getByLabel("Choose another CSV file").setInputFiles(ragged);
  await ada.until("the reason", (s) => s.alerts.some((alert) => alert.includes("“ragged.csv”: line 2 has 3 cells")));
  assert.equal(await ada.page.getByRole("button", { name: "Use this table" }).count(), 0);
  await drops(ada, "Choose a CSV file", ["one.csv", "two.csv"]);
  await ada.until("several are too many", (s) => s.alerts.some((alert) => alert.includes("2 files at once")));
  await ada.page.getByLabel("Choose a CSV file").setInputFiles(IRIS);
  await ada.page.getByText("120 rows of 5 values in 3 classes").waitFor();

  await ada.fill("textbox", "Nodes", "64");
  await ada.click("button", "Use this table");
  const { data } = await ada.until("the rows are loaded", (s) => Number(s.data?.trainRows ?? 0) > 0);
  assert.deepEqual([data.trainRows, data.heldOutRows], ["120", "30"]);
  assert.match(data.cluster, /^iris-[0-9a-f]{4}$/);
  // What was announced, 1000 steps of 16 rows, is what the form offers.
  assert.deepEqual(await training(ada), ["25", "40", "16", "5000"]);
  await trainsAlone(ada, { rounds: 12, steps: 40 }, 0.8);

  const question = ada.page.getByRole("region", { name: "Ask the network" });
  for (const [column, value] of [["sepal length", "5.1"], ["sepal width", "3.5"], ["petal length", "1.4"], ["petal width", "0,2"]]) {
    await question.getByRole("textbox", { name: column, exact: true }).fill(value);
  }
  await question.locator("[data-class=setosa]").waitFor();
  await question.getByRole("textbox", { name: "petal width", exact: true }).fill("broad");
  const named = "“petal width” is “broad”: a number is needed.";
  await ada.until("what is no number is named", (s) => s.alerts.some((alert) => alert.includes(named)));

  await ada.reload();
  await ada.until("the rows are still there", (s) => s.data?.trainRows === "120");
  await ada.page.getByRole("list", { name: "Training rows by class" }).getByText("virginica").waitFor();
});

scenario("two devices with parts of one table learn together by one recipe", async (world) => {
  await world.startServer();
  const [ada, ben] = [await world.device("Ada"), await world.device("Ben")];
  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(invitation);
  await ben.connectedTo(ada);
  const lines = readFileSync(IRIS, "utf8").trim().split("\n");
  const part = (which) => [lines[0], ...lines.slice(1).filter((_, row) => row % 2 === which)].join("\n");
  const file = (which) => ({ name: "iris.csv", mimeType: "text/csv", buffer: Buffer.from(part(which)) });
  await usesTable(ada, file(0));
  await ada.setTraining({ rounds: 40, steps: 20 });
  await ada.click("button", "Train together");
  await ben.inSession();

  await choosesSource(ben, "A table");
  await ben.page.getByLabel("Choose a CSV file").setInputFiles(file(1));
  await ben.page.getByText("so that devices agree").waitFor();
  await ben.click("button", "Use this table");
  await ben.until("Ben takes part", (s) => s.members.length === 2);
  await ada.until("Ada sees Ben", (s) => s.members.length === 2);
  await Promise.all([ada.untilFinished(), ben.untilFinished()]);
  await ben.untilAgreed(ada);
});

scenario("folders of pictures become classes, and what is no picture is named", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  world.later(() => rmSync(folder, { recursive: true }));
  for (const [name, bright] of [["left", (x) => x < 20], ["right", (x) => x >= 20]]) {
    mkdirSync(join(folder, "sides", name), { recursive: true });
    for (let i = 0; i < 20; i++) {
      const picture = pngOf(40, 40, (x, y) => (bright(x) ? 220 - i : 20 + ((x * 7 + y * 13 + i * 31) % 30)));
      writeFileSync(join(folder, "sides", name, `${i}.png`), picture);
    }
  }
  writeFileSync(join(folder, "sides", "left", "notes.txt"), "no picture");
  await choosesSource(ada, "Pictures");
  await ada.page.getByLabel("Choose a folder").setInputFiles(join(folder, "sides"));
  const examples = ada.page.getByRole("list", { name: "Examples" });
  await examples.locator("[data-class=left][data-rows='20']").waitFor();
  await examples.locator("[data-class=right][data-rows='20']").waitFor();
  await ada.page.getByText("Left out: sides/left/notes.txt is no picture.").waitFor();

  await ada.select("Made small to", "16 × 16 pixels");
  await ada.page.getByText("of 256 values in 2 classes").waitFor();
  await ada.click("button", "Use these pictures");
  const { data } = await ada.until("the pictures are loaded", (s) => Number(s.data?.trainRows ?? 0) > 0);
  assert.deepEqual([data.trainRows, data.heldOutRows], ["32", "8"]);
  await trainsAlone(ada, { rounds: 6, steps: 20 }, 0.8);

  const pad = ada.page.getByRole("region", { name: "Drawing pad" });
  await pad.getByText("Draw something like the examples").waitFor();
  await pad.getByLabel("Ask about a picture").setInputFiles(join(folder, "sides", "left", "notes.txt"));
  await ada.until("what is no picture is named", (s) => s.alerts.some((alert) => alert.includes("“notes.txt”: this is no picture")));
  for (const side of ["left", "right"]) {
    await pad.getByLabel("Ask about a picture").setInputFiles(join(folder, "sides", side, "3.png"));
    await pad.getByRole("status").getByText(side).waitFor();
  }
  assert.deepEqual((await ada.state()).alerts, [], "a picture that is asked about puts the problem away");
  await ada.click("button", "Clear picture");
  await pad.getByRole("list", { name: "What the network sees" }).waitFor({ state: "hidden" });
});

scenario("a file that is dropped beside its place does not take the place of the room", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  const prevented = await ada.evaluate(() => {
    const drop = (kind, fill) => {
      const dataTransfer = new DataTransfer();
      fill(dataTransfer.items);
      const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
      document.querySelector("main h1").dispatchEvent(event);
      return event.defaultPrevented;
    };
    const file = (items) => items.add(new File(["a"], "a.csv"));
    const text = (items) => items.add("a", "text/plain");
    return [drop("dragover", file), drop("drop", file), drop("drop", text)];
  });
  assert.deepEqual(prevented, [true, true, false], "texts may still be dragged into fields");
});

scenario("examples that are drawn are learned from", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await choosesSource(ada, "Drawings");
  for (let i = 0; i < 5; i++) {
    const shift = i * 0.04;
    await draws(ada, "Example", [[0.4 + shift, 0.15], [0.4 + shift, 0.85]]);
    await adds(ada, "upright", i + 1);
    await draws(ada, "Example", [[0.15, 0.4 + shift], [0.85, 0.4 + shift]]);
    await adds(ada, "lying", i + 1);
  }
  await draws(ada, "Example", [[0.2, 0.2], [0.8, 0.8]]);
  await adds(ada, "lying", 6);
  await ada.click("button", "Remove the last one");
  await ada.page.locator("[data-class=lying][data-rows='5']").waitFor();
  await ada.click("button", "Use these drawings");
  const { data } = await ada.until("the drawings are loaded", (s) => Number(s.data?.trainRows ?? 0) > 0);
  assert.equal(Number(data.trainRows) + Number(data.heldOutRows), 10);
  await ada.setTraining({ rounds: 6, steps: 20 });
  await ada.click("button", "Train alone");
  await ada.untilFinished();

  await draws(ada, "Drawing", [[0.5, 0.1], [0.5, 0.9]]);
  const pad = ada.page.getByRole("region", { name: "Drawing pad" });
  await pad.getByRole("status").getByText("upright").waitFor();
});

/** Chooses where rows come from. */
async function choosesSource(peer, source) {
  await peer.page.getByRole("group", { name: "Source" }).getByText(source, { exact: true }).click();
}

/** Drops files of that name on a place for files. */
async function drops(peer, place, names) {
  const files = await peer.page.evaluateHandle((names) => {
    const transfer = new DataTransfer();
    for (const name of names) transfer.items.add(new File(["a,b\n1,2\n"], name));
    return transfer;
  }, names);
  await peer.page.locator("label.drop", { hasText: place }).dispatchEvent("drop", { dataTransfer: files });
}

/** What the form of a session offers. */
async function training(peer) {
  return peer.evaluate(() => {
    const form = [...document.querySelectorAll("fieldset")].find((group) => group.textContent.startsWith("How to train"));
    return [...form.querySelectorAll("input")].map((field) => field.value);
  });
}

async function usesTable(peer, file) {
  await choosesSource(peer, "A table");
  await peer.page.getByLabel("Choose a CSV file").setInputFiles(file);
  await peer.click("button", "Use this table");
  await peer.until("the rows are loaded", (s) => Number(s.data?.trainRows ?? 0) > 0);
}

async function trainsAlone(peer, training, accuracy) {
  await peer.setTraining(training);
  await peer.click("button", "Train alone");
  const { session } = await peer.untilFinished();
  assert.ok(Number(session.together) > accuracy, `the accuracy is above ${accuracy}: ${session.together}`);
}

async function adds(peer, name, count) {
  await peer.fill("textbox", "What is it?", name);
  await peer.click("button", "Add");
  await peer.page.locator(`[data-class=${name}][data-rows='${count}']`).waitFor();
}

/** Draws a line through points, each in parts of the canvas's side. */
async function draws(peer, canvasName, [first, ...others]) {
  const canvas = peer.page.getByRole("img", { name: canvasName, exact: true });
  await canvas.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await canvas.boundingBox();
  const { mouse } = peer.page;
  await mouse.move(x + width * first[0], y + height * first[1]);
  await mouse.down();
  for (const [right, down] of others) await mouse.move(x + width * right, y + height * down, { steps: 8 });
  await mouse.up();
}
