// A site with our code as a module, the npm packages beside it, and data; its first page is one of bench/pages.

import { once } from "node:events";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = {
  ours: `${root}target/bench/`,
  pages: `${root}bench/pages/`,
  packages: `${root}bench/node_modules/`,
  rivals: `${root}bench/memory/node_modules/`,
  data: `${root}data/`,
};
const TYPES = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };

/** Starts it on a free port of this machine. */
export async function startSite(page) {
  const site = createServer(({ url }, response) => {
    const [, folder, path] = /^\/(\w+)\/([\w@./-]+)$/.exec(url) ?? [];
    const file = `${FOLDERS[folder]}${path}`;
    if (url === "/") {
      response.setHeader("content-type", TYPES.html);
      response.end(readFileSync(`${FOLDERS.pages}${page}`));
    } else if (FOLDERS[folder] === undefined || path.includes("..") || !existsSync(file)) {
      response.statusCode = 404;
      response.end();
    } else {
      response.setHeader("content-type", TYPES[file.split(".").pop()] ?? "application/octet-stream");
      createReadStream(file).pipe(response);
    }
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  return { origin: `http://127.0.0.1:${site.address().port}`, close: () => site.close() };
}
