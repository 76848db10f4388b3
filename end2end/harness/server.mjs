// The real server, as people get it: one process on a port of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../..");
const START_TIMEOUT_MS = 15_000;

/** The server's file: `PEERCEPTRON_SERVER`, or the newest that a build has left. */
function serverFile() {
  const named = process.env.PEERCEPTRON_SERVER;
  if (named !== undefined) return named;
  const built = ["target/dist/peerceptron", "target/release/peerceptron", "target/debug/peerceptron"]
    .map((path) => join(repository, path))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (built.length === 0) throw new Error("There is no server yet: run `cargo xtask dist` first.");
  return built[0];
}

export class Server {
  #process;
  #logFile;
  #extra;

  constructor(host, port, logFile, extra) {
    this.port = port;
    this.address = `${host}:${port}`;
    this.origin = `http://${this.address}`;
    this.#logFile = logFile;
    this.#extra = extra;
  }

  /** Starts a server on a free port and waits until it is ready. `extra` are options for its command line. */
  static async start({ logFile, extra = [], host = "127.0.0.1" } = {}) {
    const server = new Server(host, await freePort(), logFile, extra);
    await server.start();
    return server;
  }

  /** Starts it, for the first time or again, on the same port. */
  async start() {
    const options = ["--listen", this.address, ...this.#extra];
    const child = spawn(serverFile(), options, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => this.#logFile && appendFileSync(this.#logFile, bytes));
    }
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: see ${this.#logFile}`);
      if (Date.now() > deadline) throw new Error(`The server is not ready after ${START_TIMEOUT_MS} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Kills it at once, as a power cut would. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Asks it to end; resolves with its exit code. */
  async stop() {
    return this.#end("SIGTERM");
  }

  /** The text of a page or an endpoint. */
  async text(path) {
    const response = await fetch(this.origin + path);
    return response.text();
  }

  async #isReady() {
    try {
      return (await fetch(`${this.origin}/readyz`)).ok;
    } catch {
      return false;
    }
  }

  async #end(signal) {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode;
    const exit = once(child, "exit");
    child.kill(signal);
    const [code] = await exit;
    return code;
  }
}

/** A port that nobody uses at this moment. */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
