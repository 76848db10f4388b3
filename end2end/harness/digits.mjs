// The digits that ship with the site, for a bare page.

/**
 * Runs inside a page: makes the cluster `digits` and loads every `parts`-th row, from row `part` on. `held_out_percent` of them
 * are held out, 20 unless given.
 */
export async function loadDigits({ part, parts, layers, held_out_percent = 20 }) {
  // The format is that of crates/neural/src/dataset/file.rs: a header of 18 bytes, grey levels, labels.
  const file = new DataView(await (await fetch("/digits.bin")).arrayBuffer());
  const [inputs, classes, rows] = [6, 10, 14].map((at) => file.getUint32(at, true));
  const bytes = new Uint8Array(file.buffer, 18);
  const mine = Array.from({ length: rows }, (_, row) => row).filter((row) => row % parts === part);
  await window.network.create_cluster("digits", { inputs, layers, classes });
  const data = {
    inputs: mine.map((row) => bytes.slice(row * inputs, (row + 1) * inputs)),
    labels: mine.map((row) => bytes[rows * inputs + row]),
    held_out_percent,
  };
  return window.network.load_dataset("digits", data);
}

/**
 * Runs inside a page of the application: fetches the digits and keeps the rows of one device of several, `window.rows`. Every class is
 * cut in shares, and two classes are mostly this device's: it has four times as much of them as each other device has.
 */
export async function takeSkewedDigits({ device, devices }) {
  const HOME_WEIGHT = 4;
  const file = new DataView(await (await fetch("/data/digits.bin")).arrayBuffer());
  const [inputs, classes, count] = [6, 10, 14].map((at) => file.getUint32(at, true));
  const bytes = new Uint8Array(file.buffer, 18);
  const seen = Array(classes).fill(0);
  window.rows = { inputs: [], labels: [], classes };
  for (let row = 0; row < count; row += 1) {
    const label = bytes[count * inputs + row];
    const home = label % devices;
    // Rows of a class are dealt one by one to a list in which its home stands several times.
    const place = seen[label] % (devices - 1 + HOME_WEIGHT);
    seen[label] += 1;
    const owner = place < devices ? place : home;
    if (owner !== device) continue;
    window.rows.inputs.push(bytes.slice(row * inputs, (row + 1) * inputs));
    window.rows.labels.push(label);
  }
}

/** Runs inside a page of the application: loads `window.rows` into the cluster `digits`, and makes it if it is not there. */
export async function useRows({ layers, held_out_percent }) {
  const { inputs, labels, classes } = window.rows;
  const network = window.peerceptron;
  const isThere = await network.get_cluster_state("digits").then(() => true, () => false);
  if (!isThere) await network.create_cluster("digits", { inputs: inputs[0].length, layers, classes });
  return network.load_dataset("digits", { inputs, labels, held_out_percent });
}
