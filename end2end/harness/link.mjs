// A second network, and a link to it that can be made narrow and lossy, or cut: namespaces, a virtual cable, a token bucket
// and a dice. Needs root, iproute2 and nftables, and a network of our own on this side.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromiumProgram } from "./chromium.mjs";
import { isNetworkPrivate } from "./isolation.mjs";

const DEVICE = "cable";
const HERE = "10.77.0.1";
const THERE = "10.77.0.2";

/** Why this system gives no such link; undefined if it does. */
export function whyNoLink() {
  if (process.getuid?.() !== 0) return "only root may make a second network and a link to it";
  if (!isNetworkPrivate) return "the network that the tests run in is not their own";
  try {
    const link = new Link();
    try {
      link.narrow({ kilobitsPerSecond: 1000, lostPercent: 1 });
    } finally {
      link.close();
    }
  } catch (error) {
    return `this system gives no narrow link: ${error.message}`;
  }
  return undefined;
}

export class Link {
  /** This side's address. */
  here = HERE;
  #there = `peerceptron-${process.pid}`;
  #folder;

  constructor() {
    run("ip", "netns", "add", this.#there);
    try {
      run("ip", "link", "add", DEVICE, "type", "veth", "peer", "name", DEVICE, "netns", this.#there);
      run("ip", "address", "add", `${HERE}/24`, "dev", DEVICE);
      run("ip", "link", "set", DEVICE, "up");
      run("ip", "-n", this.#there, "link", "set", "lo", "up");
      run("ip", "-n", this.#there, "address", "add", `${THERE}/24`, "dev", DEVICE);
      run("ip", "-n", this.#there, "link", "set", DEVICE, "up");
      run("ip", "-n", this.#there, "route", "add", "default", "via", HERE);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Settings of a Chromium on this side or, with `isThere`, on the other, which may open pages of `origin`. */
  chromium(origin, { isThere }) {
    // Not by https and no localhost: browsers must be told that they may use WebRTC there.
    const flags = [
      `--unsafely-treat-insecure-origin-as-secure=${origin}`,
      `--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE ${HERE}`,
    ];
    return isThere ? { flags, program: this.#chromiumThere() } : { flags };
  }

  /** From here on, as much passes in each direction, and of the packets some are lost. */
  narrow({ kilobitsPerSecond, lostPercent }) {
    for (const side of this.#sides()) {
      // A bucket of two packets, behind a queue of half a second.
      const bucket = ["rate", `${kilobitsPerSecond}kbit`, "burst", "3kb", "latency", "500ms"];
      run(...side, "tc", "qdisc", "replace", "dev", DEVICE, "root", "tbf", ...bucket);
      const chance = `iifname ${DEVICE} numgen random mod 100 < ${lostPercent}`;
      const rules = `table inet dice { chain lose { type filter hook input priority 0; ${chance} drop; }; }`;
      run(...side, "nft", rules);
    }
  }

  /** From here on, nothing passes. */
  cut() {
    const rules = `table inet cut { chain pass { type filter hook input priority 0; iifname ${DEVICE} drop; }; }`;
    for (const side of this.#sides()) run(...side, "nft", rules);
  }

  /** What was cut passes again. */
  heal() {
    for (const side of this.#sides()) run(...side, "nft", "delete", "table", "inet", "cut");
  }

  close() {
    for (const table of ["dice", "cut"]) spawnSync("nft", ["delete", "table", "inet", table], { stdio: "ignore" });
    spawnSync("ip", ["link", "delete", DEVICE], { stdio: "ignore" });
    spawnSync("ip", ["netns", "delete", this.#there], { stdio: "ignore" });
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true });
  }

  /** What comes before a command that is run on this side, and on the other. */
  #sides() {
    return [[], ["ip", "netns", "exec", this.#there]];
  }

  /** A program that starts Chromium on the other side. */
  #chromiumThere() {
    this.#folder ??= mkdtempSync(join(tmpdir(), "peerceptron-"));
    const program = join(this.#folder, "chromium-there");
    writeFileSync(program, `#!/bin/sh\nexec ip netns exec ${this.#there} ${chromiumProgram()} "$@"\n`);
    chmodSync(program, 0o700);
    return program;
  }
}

function run(program, ...words) {
  const { status, stderr, error } = spawnSync(program, words, { encoding: "utf8" });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim();
  throw new Error(`\`${[program, ...words].join(" ")}\`: ${reason}`);
}
