// The same network, 784-512-512-10 by backpropagation with Adam, in TensorFlow.js: as its users write it (`layers`), and
// in the fastest form that was found (`tuned`): transposes made explicit, so that every product takes the backend's fast
// path, and no gradient for the input.

/* global tf */

const BATCH_ROWS = 64;
const INPUTS = 784;
const CLASSES = 10;

let set;
let input;
let wanted;
let forms;

/** Fetches the set, whose last 10,000 rows are the test, and makes both networks. */
export async function load(file, seed) {
  tf.wasm.setWasmPaths("/packages/@tensorflow/tfjs-backend-wasm/dist/");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  await tf.setBackend("wasm");
  await tf.ready();
  set = rows(await (await fetch(file)).arrayBuffer());
  input = new Float32Array(BATCH_ROWS * INPUTS);
  wanted = new Float32Array(BATCH_ROWS * CLASSES);
  restart(seed);
  return `TensorFlow.js ${tf.version.tfjs}, ${tf.getBackend()}`;
}

export function restart(seed) {
  forms = { layers: layersForm(seed), tuned: tunedForm(seed) };
}

function rows(buffer) {
  const view = new DataView(buffer);
  const count = view.getUint32(14, true);
  const pixels = new Uint8Array(buffer, 18, count * INPUTS);
  const labels = new Uint8Array(buffer, 18 + count * INPUTS, count);
  return { values: Float32Array.from(pixels, (pixel) => pixel / 255), labels, train: count - 10_000, count };
}

function layersForm(seed) {
  const kernelInitializer = (offset) => tf.initializers.glorotUniform({ seed: seed + offset });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [INPUTS], units: 512, activation: "relu", kernelInitializer: kernelInitializer(0) }),
      tf.layers.dense({ units: 512, activation: "relu", kernelInitializer: kernelInitializer(1) }),
      tf.layers.dense({ units: CLASSES, activation: "softmax", kernelInitializer: kernelInitializer(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
  return {
    predict: (x) => model.predict(x),
    async step(x, y) {
      await model.trainOnBatch(x, y);
    },
  };
}

function tunedForm(seed) {
  const weights = [
    [INPUTS, 512],
    [512, 512],
    [512, CLASSES],
  ].map((shape, layer) => tf.variable(tf.initializers.glorotUniform({ seed: seed + layer }).apply(shape)));
  const biases = [512, 512, CLASSES].map((nodes) => tf.variable(tf.zeros([nodes])));
  const product = (wantsInputGradient) =>
    tf.customGrad((a, w, save) => {
      save([a, w]);
      const gradFunc = (dy, [a, w]) => [
        wantsInputGradient ? tf.matMul(dy, tf.transpose(w)) : tf.zeros([1]),
        tf.matMul(tf.transpose(a), dy),
      ];
      return { value: tf.matMul(a, w), gradFunc };
    });
  const [first, other] = [product(false), product(true)];
  const predict = (x) => {
    const hidden = tf.relu(tf.add(first(x, weights[0]), biases[0]));
    const deeper = tf.relu(tf.add(other(hidden, weights[1]), biases[1]));
    return tf.add(other(deeper, weights[2]), biases[2]);
  };
  const optimiser = tf.train.adam(1e-3);
  const variables = [...weights, ...biases];
  return {
    predict: (x) => tf.tidy(() => predict(x)),
    async step(x, y) {
      tf.tidy(() => {
        optimiser.minimize(() => tf.losses.softmaxCrossEntropy(y, predict(x)), false, variables);
      });
    },
  };
}

async function step(form, chosen) {
  wanted.fill(0);
  for (const [place, row] of chosen.entries()) {
    input.set(set.values.subarray(row * INPUTS, (row + 1) * INPUTS), place * INPUTS);
    wanted[place * CLASSES + set.labels[row]] = 1;
  }
  const x = tf.tensor2d(input, [BATCH_ROWS, INPUTS]);
  const y = tf.tensor2d(wanted, [BATCH_ROWS, CLASSES]);
  await forms[form].step(x, y);
  x.dispose();
  y.dispose();
}

/** Samples a second over so many steps of training. */
export async function train(form, steps) {
  const start = performance.now();
  for (let number = 0; number < steps; number += 1) {
    const chosen = Array.from({ length: BATCH_ROWS }, () => Math.floor(Math.random() * set.train));
    await step(form, chosen);
  }
  return (steps * BATCH_ROWS) / ((performance.now() - start) / 1000);
}

/** Seconds of training until so much of the test is told right; evaluation after every quarter of an epoch. */
export async function train_until(form, goal, epochs, seed) {
  restart(seed);
  const order = Int32Array.from({ length: set.train }, (_, row) => row);
  const random = generator(seed);
  let seconds = 0;
  let steps = 0;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = Math.floor(random() * (last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    for (let place = 0; place + BATCH_ROWS <= order.length; place += BATCH_ROWS) {
      const start = performance.now();
      await step(form, order.subarray(place, place + BATCH_ROWS));
      seconds += (performance.now() - start) / 1000;
      steps += 1;
      if (steps % 234 === 0 && accuracy(form) >= goal) return { seconds, epochs: steps / 937 };
    }
  }
  return null;
}

function accuracy(form) {
  let right = 0;
  for (let row = set.train; row < set.count; row += 1_000) {
    const found = tf.tidy(() => {
      const x = tf.tensor2d(set.values.subarray(row * INPUTS, (row + 1_000) * INPUTS), [1_000, INPUTS]);
      return forms[form].predict(x).argMax(1).dataSync();
    });
    found.forEach((label, place) => (right += label === set.labels[row + place] ? 1 : 0));
  }
  return right / (set.count - set.train);
}

/** Rows a second, looked at one by one. */
export async function infer(form, count) {
  const start = performance.now();
  for (let row = set.train; row < set.train + count; row += 1) {
    const x = tf.tensor2d(set.values.subarray(row * INPUTS, (row + 1) * INPUTS), [1, INPUTS]);
    const y = forms[form].predict(x);
    await y.data();
    x.dispose();
    y.dispose();
  }
  return count / ((performance.now() - start) / 1000);
}

/** Numbers from 0 to 1 that a seed decides (a linear congruential generator; Knuth's MMIX constants do not fit doubles). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
