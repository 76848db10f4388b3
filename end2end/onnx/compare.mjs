// Exported networks in ONNX Runtime: the same label for every row, and probabilities within 1e-4.
//
//     node end2end/onnx/compare.mjs <folder that the example `onnx` of the package `formats` has written>
//
// Two rows are left out, and counted: those on which an accumulator is so near its threshold that rounding decides
// whether the node fires (at most one in fifty), and for the label those with two equally probable classes.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';

const DIFFERENCE_MAX = 1e-4;
const TIE = 1e-5;
const ON_EDGE_MAX = 1 / 50;

const folder = process.argv[2];
assert.ok(folder, 'Name the folder with the exported networks.');
const networks = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort();
assert.notEqual(networks.length, 0, `There is no network in ${folder}.`);
ort.env.wasm.numThreads = 1;
for (const name of networks) {
  await compare(name);
}

async function compare(name) {
  const text = await readFile(join(folder, name.replace('.onnx', '.json')), 'utf8');
  const { rows, probabilities, onEdge } = JSON.parse(text);
  const session = await ort.InferenceSession.create(await readFile(join(folder, name)));
  assert.deepEqual(session.inputNames, ['input']);
  assert.deepEqual(session.outputNames, ['probabilities', 'label']);
  const input = new ort.Tensor('float32', rows.flat(), [rows.length, rows[0].length]);
  const outputs = await session.run({ input });
  const classes = probabilities[0].length;
  assert.deepEqual(outputs.probabilities.dims, [rows.length, classes]);
  assert.deepEqual(outputs.label.dims, [rows.length]);

  const counts = { compared: 0, onEdge: 0, ties: 0 };
  let largest = 0;
  for (const [row, ours] of probabilities.entries()) {
    if (onEdge[row]) {
      counts.onEdge += 1;
      continue;
    }
    const theirs = outputs.probabilities.data.subarray(row * classes, (row + 1) * classes);
    const difference = Math.max(...ours.map((value, place) => Math.abs(value - theirs[place])));
    assert.ok(difference <= DIFFERENCE_MAX, `${name}, row ${row}: ${ours} here, ${theirs} there`);
    largest = Math.max(largest, difference);
    const [first, second] = ours.toSorted((one, other) => other - one);
    if (first - second < TIE) {
      counts.ties += 1;
    } else {
      assert.equal(Number(outputs.label.data[row]), ours.indexOf(first), `${name}, row ${row}: the label`);
    }
    counts.compared += 1;
  }
  assert.ok(counts.onEdge <= rows.length * ON_EDGE_MAX, `${name}: ${counts.onEdge} rows on the edge`);
  console.log(
    `${name}: ${counts.compared} rows have the same label, probabilities within ${largest.toExponential(1)} `
    + `(${counts.onEdge} rows on the edge of a threshold and ${counts.ties} ties left out)`,
  );
}
