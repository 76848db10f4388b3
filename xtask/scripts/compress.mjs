// Writes a Brotli and a gzip form beside every file of the site that gets smaller by it, so that the server never
// compresses anything while somebody waits.
//
//   node xtask/scripts/compress.mjs target/site

import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const COMPRESSIBLE = new Set([
  ".bin", ".css", ".csv", ".html", ".ico", ".js", ".json", ".map", ".md", ".mjs", ".svg", ".ts", ".txt", ".wasm",
  ".webmanifest", ".xml",
]);
/** Not worth the header and the second file. */
const SIZE_MIN_BYTES = 256;

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node xtask/scripts/compress.mjs <folder>");
  process.exit(2);
}

const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const files = entries
  .filter((entry) => entry.isFile() && COMPRESSIBLE.has(extname(entry.name)))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

const totals = { raw: 0, brotli: 0 };
await Promise.all(files.map(compress));
console.log(`${files.length} files, ${kilobytes(totals.raw)} kB, with Brotli ${kilobytes(totals.brotli)} kB`);

async function compress(file) {
  const bytes = await readFile(file);
  if (bytes.length < SIZE_MIN_BYTES) return;
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  totals.raw += bytes.length;
  totals.brotli += Math.min(brotli.length, bytes.length);
  if (brotli.length < bytes.length) await writeFile(`${file}.br`, brotli);
  if (zipped.length < bytes.length) await writeFile(`${file}.gz`, zipped);
}

function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1);
}
