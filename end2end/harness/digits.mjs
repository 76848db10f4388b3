// The digits that ship with the site, for a bare page.

/** Runs inside a page: makes the cluster `digits` and loads every `parts`-th row, from row `part` on. */
export async function loadDigits({ part, parts, layers }) {
  // The format is that of crates/neural/src/dataset/file.rs: a header of 18 bytes, grey levels, labels.
  const file = new DataView(await (await fetch("/digits.bin")).arrayBuffer());
  const [inputs, classes, rows] = [6, 10, 14].map((at) => file.getUint32(at, true));
  const bytes = new Uint8Array(file.buffer, 18);
  const mine = Array.from({ length: rows }, (_, row) => row).filter((row) => row % parts === part);
  await window.network.create_cluster("digits", { inputs, layers, classes });
  return window.network.load_dataset("digits", {
    inputs: mine.map((row) => bytes.slice(row * inputs, (row + 1) * inputs)),
    labels: mine.map((row) => bytes[rows * inputs + row]),
  });
}
