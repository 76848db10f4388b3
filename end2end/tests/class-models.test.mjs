// The JavaScript class and models as files: there and back, and into another program.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { barePage, learnAlone, refusals, startBoth } from "../harness/bare.mjs";
import { loadDigits } from "../harness/digits.mjs";
import { scenario } from "../harness/world.mjs";

const ROWS = 16;

scenario("a model goes out as safetensors and comes back with the same answers", async (world) => {
  const page = await barePage(world, await startBoth(world));
  const outcome = await page.evaluate(async () => {
    const network = window.network;
    const flower = { "sepal length": 6, "sepal width": 3, "petal length": 5, "petal width": 2 };
    const csv = await (await fetch("/iris.csv")).text();
    await network.create_cluster("iris", { dataset: { csv } });
    const file = await network.export_model("iris", "safetensors");
    const imported = await network.import_model(file);
    const named = await network.import_model(new Blob([file]), "again");
    return {
      isBytes: file instanceof Uint8Array,
      imported,
      named,
      before: await network.predict("iris", flower),
      after: await network.predict(imported.cluster_id, flower),
      columns: (await network.get_cluster_state("again")).columns,
      twice: await network.import_model(file).then(() => "nothing was refused", ({ code }) => code),
    };
  });
  assert.equal(outcome.isBytes, true);
  assert.match(outcome.imported.cluster_id, /^model-[0-9a-f]{8}$/);
  assert.equal(outcome.named.cluster_id, "again");
  assert.equal(outcome.imported.model, outcome.named.model);
  assert.equal(outcome.imported.nodes, 128);
  assert.equal(outcome.imported.remark, "");
  assert.deepEqual(outcome.after, outcome.before);
  assert.equal(typeof outcome.after[0].name, "string", "how inputs are made came along");
  assert.equal(outcome.columns.length, 4);
  assert.equal(outcome.twice, "cluster_exists");
});

scenario("a trained model gives the same labels in ONNX Runtime", async (world) => {
  const page = await barePage(world, await startBoth(world));
  await page.evaluate(loadDigits, { part: 0, parts: 1, layers: [32] });
  await learnAlone(page, "digits", { rounds: 3, local_steps: 40 });
  const { file, inputs, outputs } = await page.evaluate(async (rows) => {
    const file = await window.network.export_model("digits", "onnx");
    const digits = new Uint8Array(await (await fetch("/digits.bin")).arrayBuffer(), 18);
    const inputs = Array.from({ length: rows }, (_, row) =>
      Array.from(digits.slice(64 * row, 64 * (row + 1)), (level) => Math.fround(level / 255)),
    );
    const outputs = [];
    for (const input of inputs) outputs.push(Array.from(await window.network.process_input("digits", input)));
    return { file: Array.from(file), inputs, outputs };
  }, ROWS);
  assert.deepEqual(file.slice(0, 1), [0x08], "the first field of an ONNX model is the number of its format");

  const ort = createRequire(new URL("../onnx/compare.mjs", import.meta.url))("onnxruntime-web");
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(Uint8Array.from(file));
  const { label } = await session.run({ input: new ort.Tensor("float32", inputs.flat(), [ROWS, 64]) });
  const ours = outputs.map((row) => row.indexOf(Math.max(...row)));
  const same = ours.filter((wanted, row) => Number(label.data[row]) === wanted).length;
  // Rounding may decide whether a node on the edge of its threshold fires.
  assert.ok(same >= ROWS - 1, `${same} of ${ROWS} labels are the same`);
});

scenario("bytes that are no model are refused", async (world) => {
  const page = await barePage(world, await startBoth(world));
  await page.evaluate(async () => {
    await window.network.create_cluster("small", { inputs: 4, layers: [8], classes: 3 });
    window.file = await window.network.export_model("small", "safetensors");
    window.changed = window.file.slice();
    window.changed[window.changed.length - 3] ^= 0x40;
    window.onnx = await window.network.export_model("small", "onnx");
  });
  const refused = await refusals(page, {
    empty: (network) => network.import_model(new Uint8Array()),
    zeros: (network) => network.import_model(new Uint8Array(1000)),
    claims: (network) => network.import_model(new Uint8Array([255, 255, 255, 255, 255, 255, 255, 127, 123, 125])),
    short: (network) => network.import_model(window.file.slice(0, -5)),
    changed: (network) => network.import_model(window.changed),
    onnx: (network) => network.import_model(window.onnx),
    text: (network) => network.import_model("a model"),
    nothing: (network) => network.import_model(),
    large: (network) => network.import_model(new Uint8Array(70_000_000)),
    name: (network) => network.import_model(window.file, "two words"),
    option: (network) => network.import_model(window.file, "another", { rows: "small" }),
    format: (network) => network.export_model("small", "pickle"),
  });
  for (const [name, refusal] of Object.entries(refused)) {
    assert.equal(refusal.isError, true, `${name}: ${JSON.stringify(refusal)}`);
    assert.equal(refusal.code, "invalid_input", `${name}: ${JSON.stringify(refusal)}`);
    assert.ok(refusal.message.length > 10, `${name}: ${JSON.stringify(refusal)}`);
  }
  const unknown = await refusals(page, {
    cluster: (network) => network.export_model("missing", "onnx"),
    rows: (network) => network.import_model(window.file, "another", { rows_of: "missing" }),
  });
  for (const [name, refusal] of Object.entries(unknown)) {
    assert.equal(refusal.code, "unknown_cluster", `${name}: ${JSON.stringify(refusal)}`);
  }
});
