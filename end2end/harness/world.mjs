// One test's world: its server, its browsers, its devices; photographed if the test fails, and always cleared away.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import assert from "node:assert/strict";
import {
  ChromiumHands,
  killDevice,
  launchChromium,
  launchDevice,
  launchMortalChromium,
  newDevice,
  permit,
} from "./chromium.mjs";
import { launchFirefox } from "./firefox.mjs";
import { Peer } from "./peer.mjs";
import { PuppeteerHands } from "./puppeteer.mjs";
import { Server } from "./server.mjs";
import { SleepyHands, launchSleepyChromium } from "./sleepy.mjs";

const results = join(dirname(fileURLToPath(import.meta.url)), "../results");
const TEST_TIMEOUT_MS = 240_000;
const END_TIMEOUT_MS = 30_000;

// A file whose tests are over and that holds on to something would let all others wait for ever.
after(() => {
  const left = () => {
    console.error(`The tests are over and this is still open: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  };
  setTimeout(left, END_TIMEOUT_MS).unref();
});

/** Declares a test, left out for the reason `skip` if there is one. It fails as well if any page's console called something an error. */
export function scenario(name, body, { skip } = {}) {
  test(name, { timeout: TEST_TIMEOUT_MS, skip }, async () => {
    const world = new World(name);
    try {
      await body(world);
      for (const peer of world.peers) {
        assert.deepEqual(peer.problems, [], `${peer.name}'s console has errors`);
      }
    } catch (error) {
      await world.photograph();
      throw error;
    } finally {
      await world.clear();
    }
  });
}

export class World {
  peers = [];
  #slug;
  #servers = [];
  #chromium;
  #firefox;
  #closers = [];

  constructor(name) {
    this.#slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60);
    mkdirSync(results, { recursive: true });
  }

  /** Starts a server; the first one is `world.server`. */
  async startServer(extra = [], host) {
    const logFile = join(results, `${this.#slug}-server-${this.#servers.length + 1}.log`);
    const server = await Server.start({ logFile, extra, host });
    this.#servers.push(server);
    this.server ??= server;
    return server;
  }

  /** A device of its own, in Chromium. `options` are Playwright's for a context. */
  async device(name, options) {
    return this.tab(name, await this.context(options));
  }

  /** A Chromium context without a page. */
  async context(options) {
    // Kept while it starts, so that devices that are asked for at once share one browser.
    this.#chromium ??= launchChromium();
    return newDevice(await this.#chromium, this.server.origin, options);
  }

  /** A tab on a device. */
  async tab(name, context) {
    return this.#add(name, new ChromiumHands(await context.newPage()));
  }

  /**
   * A device in a Chromium of its own. `settings` are those of `launchMortalChromium`; `script` runs in the page before its
   * own. `peer.kill()` kills the browser.
   */
  async browser(name, settings, script) {
    const { browser, kill } = await launchMortalChromium(settings);
    this.later(kill);
    const context = await newDevice(browser, this.server.origin);
    if (script !== undefined) await context.addInitScript(script);
    const peer = await this.tab(name, context);
    peer.kill = kill;
    return peer;
  }

  /**
   * A device in a Chromium of its own that keeps what it stores. `peer.kill()` kills the browser; `peer.comeBack()` starts it
   * again, without a page of ours, and gives the peer as it then is.
   */
  async keptDevice(name) {
    const folder = mkdtempSync(join(tmpdir(), "peerceptron-"));
    const contexts = [];
    this.later(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      rmSync(folder, { recursive: true, force: true });
    });
    return this.#lifeOf(name, folder, contexts);
  }

  async #lifeOf(name, folder, contexts) {
    const context = await launchDevice(folder);
    contexts.push(context);
    await permit(context, this.server.origin);
    const peer = await this.tab(name, context);
    peer.kill = async () => {
      const isGone = new Promise((gone) => context.once("close", gone));
      killDevice(folder);
      await isGone;
    };
    peer.comeBack = () => this.#lifeOf(name, folder, contexts);
    return peer;
  }

  /** A device of its own, in Firefox. */
  async firefoxDevice(name) {
    this.#firefox ??= launchFirefox();
    const firefox = await this.#firefox;
    return this.#add(name, new PuppeteerHands(await firefox.newPage()));
  }

  /**
   * A device whose browser does to hidden pages what it does to people's: `peer.hands` hides it and puts it to sleep. `script`
   * runs in the page before its own.
   */
  async sleepyDevice(name, script) {
    const browser = await launchSleepyChromium(this.server.origin);
    const hands = new SleepyHands(await browser.newPage());
    this.later(() => {
      hands.wakeUp();
      return browser.close();
    });
    if (script !== undefined) await hands.page.evaluateOnNewDocument(script);
    const peer = this.#add(name, hands);
    peer.hands = hands;
    return peer;
  }

  /** Calls `close` when the test is over. */
  later(close) {
    this.#closers.push(close);
  }

  async photograph() {
    for (const peer of this.peers) {
      const path = join(results, `${this.#slug}-${peer.name.toLowerCase()}.png`);
      await peer.screenshot(path).catch((error) => console.error(`No picture of ${peer.name}: ${error.message}`));
    }
  }

  async clear() {
    const shared = [this.#chromium, this.#firefox].map(async (starting) => (await starting)?.close());
    await Promise.allSettled([...this.#closers.map((close) => close()), ...shared]);
    await Promise.allSettled(this.#servers.map((server) => server.kill()));
  }

  #add(name, hands) {
    const peer = new Peer(name, hands);
    this.peers.push(peer);
    return peer;
  }
}
