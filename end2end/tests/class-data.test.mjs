// The JavaScript class and people's own data: a table, pictures, sequences, on a page that holds nothing else.

import assert from "node:assert/strict";
import { barePage, learnAlone, refusals, startBoth } from "../harness/bare.mjs";
import { scenario } from "../harness/world.mjs";

const KINDS = ["setosa", "versicolor", "virginica"];

scenario("a table becomes a cluster that answers with names", async (world) => {
  const page = await barePage(world, await startBoth(world));
  const found = await page.evaluate(async () => {
    const dataset = { csv: await (await fetch("/iris.csv")).text() };
    const found = await window.network.inspect_dataset(dataset);
    await window.network.create_cluster("iris", found.network);
    const rows = await window.network.load_dataset("iris", dataset);
    return { ...found, network: { ...found.network, recipe: found.network.recipe instanceof Uint8Array }, loaded: rows };
  });
  assert.equal(found.rows, 150);
  assert.deepEqual(found.classes, KINDS.map((name) => ({ name, rows: 50 })));
  assert.equal(found.table.label, "species");
  assert.equal(found.table.separator, "comma");
  assert.deepEqual(found.table.columns.map(({ kind }) => kind), ["number", "number", "number", "number", "label"]);
  assert.equal(found.network.recipe, true);
  assert.match(found.reason, /120 rows of 5 values in 3 classes: one layer of 128 nodes/);
  assert.deepEqual([found.loaded.train_rows, found.loaded.held_out_rows], [120, 30]);

  await learnAlone(page, "iris", found.learning);
  const known = await page.evaluate(async () => {
    const network = window.network;
    const csv = new Blob([await (await fetch("/iris.csv")).arrayBuffer()]);
    const flower = { "sepal length": 5, "sepal width": "3.4", "petal length": 1.5, "petal width": null };
    return {
      heldOut: await network.evaluate("iris"),
      all: await network.evaluate("iris", { csv }),
      predicted: await network.predict("iris", flower),
      outputs: Array.from(await network.process_input("iris", flower)),
      state: await network.get_cluster_state("iris"),
    };
  });
  assert.ok(known.heldOut.accuracy >= 0.8, `${known.heldOut.accuracy} of the held-out rows are told right`);
  assert.equal(known.all.rows, 150);
  assert.ok(known.all.accuracy >= 0.85, `${known.all.accuracy} of all rows are told right`);
  assert.deepEqual(known.all.class_names, KINDS);
  assert.equal(known.predicted[0].name, "setosa");
  assert.equal(known.outputs[known.predicted[0].class], known.predicted[0].probability);
  assert.equal(known.state.made_for, "table");
  assert.deepEqual(known.state.columns, ["sepal length", "sepal width", "petal length", "petal width"]);
  assert.match(known.state.description, /^5 values -> 128 nodes \(timer 4\) -> 3 classes/);
  assert.ok(Math.abs(known.state.layers[0].aimed_firing_rate - 0.0964) < 0.001);
});

scenario("one call makes, sizes and loads; data that do not fit are refused", async (world) => {
  const page = await barePage(world, await startBoth(world));
  const sized = await page.evaluate(async () => {
    window.csv = await (await fetch("/iris.csv")).text();
    const dataset = { csv: new TextEncoder().encode(window.csv), separator: ",", held_out_percent: 30 };
    const sized = await window.network.create_cluster("iris", { dataset, nodes: 16 });
    await window.network.create_cluster("plain", { inputs: 5, layers: [4], classes: 3 });
    return sized;
  });
  assert.equal(sized.nodes, 16);
  assert.match(sized.reason, /16 nodes in one layer, as told/);
  assert.equal(sized.rows.held_out_rows, 45);

  const refused = await refusals(page, {
    noTable: (network) => network.load_dataset("plain", { csv: window.csv }),
    noAlbum: (network) => network.load_dataset("iris", { pictures: [{ image: new ImageData(2, 2), label: "a" }] }),
    label: (network) => network.load_dataset("iris", { csv: window.csv, label: "petal width" }),
    unknownLabel: (network) => network.inspect_dataset({ csv: window.csv, label: "colour" }),
    quantity: (network) => network.inspect_dataset({ csv: window.csv.replace(/^([\d.]+)/gm, (_, __, at) => at / 7), label: "sepal length" }),
    empty: (network) => network.inspect_dataset({ csv: "" }),
    noText: (network) => network.inspect_dataset({ csv: new Uint8Array([255, 254, 0, 1, 10, 7]) }),
    number: (network) => network.inspect_dataset({ csv: 7 }),
    separator: (network) => network.inspect_dataset({ csv: window.csv, separator: "x" }),
    columns: (network) => network.inspect_dataset({ csv: window.csv, columns: { species: "colour" } }),
    both: (network) => network.inspect_dataset({ csv: window.csv, pictures: [] }),
    nothing: (network) => network.inspect_dataset(),
    large: (network) => network.inspect_dataset({ csv: new Blob([new Uint8Array(70_000_000)]) }),
    noColumn: (network) => network.predict("iris", { "sepal length": 5 }),
    noNumber: (network) =>
      network.predict("iris", { "sepal length": "long", "sepal width": 3, "petal length": 1, "petal width": 1 }),
    symbol: (network) =>
      network.predict("iris", { "sepal length": Symbol(), "sepal width": 3, "petal length": 1, "petal width": 1 }),
    noInput: (network) => network.predict("iris", "a flower"),
    short: (network) => network.predict("iris", [1, 2]),
    classes: (network) => network.evaluate("iris", { csv: window.csv.replaceAll("setosa", "rose") }),
    heldOut: (network) => network.evaluate("iris", { csv: window.csv, held_out_percent: 10 }),
    picture: (network) =>
      network.inspect_dataset({ pictures: [{ image: 1, label: "a" }, { image: new Blob(["no picture"]), label: "b" }] }),
    fake: (network) =>
      network.inspect_dataset({
        pictures: ["a", "b"].map((label) => ({ image: Object.create(ImageData.prototype), label })),
      }),
    noPictures: (network) => network.inspect_dataset({ pictures: [] }),
    oneClass: (network) => network.inspect_dataset({ pictures: [{ image: new ImageData(2, 2), label: "a" }] }),
    side: (network) =>
      network.inspect_dataset({
        pictures: ["a", "b"].map((label) => ({ image: new ImageData(2, 2), label })), side: 200, colour: true,
      }),
    nodes: (network) => network.create_cluster("many", { dataset: { csv: window.csv }, nodes: 0 }),
  });
  for (const [name, refusal] of Object.entries(refused)) {
    assert.equal(refusal.isError, true, `${name}: ${JSON.stringify(refusal)}`);
    assert.equal(refusal.code, "invalid_input", `${name}: ${JSON.stringify(refusal)}`);
    assert.ok(refusal.message.length > 10, `${name}: ${JSON.stringify(refusal)}`);
  }
  assert.match(refused.noTable.message, /not made for tables/);
  assert.match(refused.noColumn.message, /"sepal width" is missing/);
  assert.match(refused.classes.message, /row 1 has "rose"/);
  assert.match(refused.large.message, /70000000 bytes/);
  const { rows } = await page.evaluate(() => window.network.evaluate("iris"));
  assert.equal(rows, 45, "what was loaded is still there");
});

scenario("pictures from canvases are told apart", async (world) => {
  const page = await barePage(world, await startBoth(world));
  const sized = await page.evaluate(async () => {
    // A thick bar on white, lying or standing, somewhere.
    window.bar = (label, place) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [60, 40];
      const context = canvas.getContext("2d");
      if (label === "lying") context.fillRect(0, 4 + place, 60, 6);
      else context.fillRect(14 + place, 0, 6, 40);
      return canvas;
    };
    const asBlob = (canvas) => new Promise((resolve) => canvas.toBlob(resolve));
    const pictures = [];
    for (let place = 0; place < 26; place += 1) {
      for (const label of ["standing", "lying"]) {
        const canvas = window.bar(label, place);
        const pixels = () => canvas.getContext("2d").getImageData(0, 0, 60, 40);
        const image = [() => canvas, pixels, () => asBlob(canvas), () => createImageBitmap(canvas)][place % 4];
        pictures.push({ image: await image(), label });
      }
    }
    return window.network.create_cluster("bars", { dataset: { pictures, side: 12 } });
  });
  assert.equal(sized.rows.train_rows + sized.rows.held_out_rows, 52);
  await learnAlone(page, "bars", sized.learning);
  const seen = await page.evaluate(async () => {
    const first = async (image) => (await window.network.predict("bars", image))[0].name;
    const { data, width, height } = window.bar("lying", 7).getContext("2d").getImageData(0, 0, 60, 40);
    const pictures = [{ image: window.bar("lying", 9), label: "lying" }];
    return {
      heldOut: await window.network.evaluate("bars"),
      lying: await first(new ImageData(data, width, height)),
      standing: await first(window.bar("standing", 11)),
      one: await window.network.evaluate("bars", { pictures }),
      again: await window.network.load_dataset("bars", { pictures, held_out_percent: 0 }),
      unknown: await window.network
        .load_dataset("bars", { pictures: [{ image: pictures[0].image, label: "askew" }] })
        .then(() => "nothing was refused", ({ code, message }) => `${code}: ${message}`),
    };
  });
  assert.ok(seen.heldOut.accuracy >= 0.9, `${seen.heldOut.accuracy} of the held-out pictures are told right`);
  assert.deepEqual(seen.heldOut.class_names, ["lying", "standing"]);
  assert.deepEqual([seen.lying, seen.standing], ["lying", "standing"]);
  assert.equal(seen.one.rows, 1);
  assert.equal(seen.again.train_rows, 1);
  assert.match(seen.unknown, /^invalid_input: picture 0 has the label `askew`.*`lying`, `standing`/);
});

scenario("a temporal cluster tells sequences apart by their order", async (world) => {
  const page = await barePage(world, await startBoth(world));
  const state = await page.evaluate(async () => {
    // Two cues in 12 frames of 2 values: which comes first?
    const [steps, inputs, labels] = [12, [], []];
    for (let early = 0; early < 6; early += 1) {
      for (let late = early + 2; late < steps; late += 1) {
        for (const first of [0, 1]) {
          const row = new Float32Array(2 * steps);
          row[2 * early + first] = 1;
          row[2 * late + (1 - first)] = 1;
          inputs.push(row);
          labels.push(first);
        }
      }
    }
    const layers = [{ nodes: 32, traces: 6 }];
    await window.network.create_cluster("order", { inputs: 2 * steps, steps, layers, classes: 2 });
    await window.network.load_dataset("order", { inputs, labels, shape: [steps, 2] });
    return window.network.get_cluster_state("order");
  });
  assert.deepEqual([state.temporal, state.steps, state.layers[0].temporal, state.layers[0].traces], [true, 12, true, 6]);
  await learnAlone(page, "order", { rounds: 15, local_steps: 40, batch_rows: 16, learning_rate: 0.005 });
  const { accuracy } = await page.evaluate(() => window.network.evaluate("order"));
  assert.ok(accuracy >= 0.9, `${accuracy} of the held-out sequences are told right`);
});

scenario("in Firefox, a table becomes a cluster that answers with names", async (world) => {
  const site = await startBoth(world);
  const device = await world.firefoxDevice("Ada");
  await device.goto(site.origin);
  const csv = "height;colour;kind\n" + "1,5;red;rose\n0,3;blue;violet\n1,7;red;rose\n0,2;blue;violet\n".repeat(10);
  const seen = await device.evaluate(async ([origin, csv]) => {
    const { default: init, DistributedNeuralNetwork } = await import(`${origin}/sdk/peerceptron.js`);
    await init();
    const network = new DistributedNeuralNetwork("bare");
    const { reason } = await network.create_cluster("flowers", { dataset: { csv } });
    const [{ name }] = await network.predict("flowers", { height: 1.6, colour: "red" });
    const canvas = document.createElement("canvas");
    const pictures = ["a", "b"].map((label) => ({ image: canvas, label }));
    const { network: suggested } = await network.inspect_dataset({ pictures, side: 4 });
    network.close();
    return { reason, name, inputs: suggested.inputs };
  }, [world.server.origin, csv]);
  assert.match(seen.reason, /one layer/);
  assert.ok(["rose", "violet"].includes(seen.name));
  assert.equal(seen.inputs, 16);
});
