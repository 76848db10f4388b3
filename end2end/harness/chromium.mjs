// Chromium, driven by Playwright.

import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { isNetworkPrivate } from "./isolation.mjs";
import { findProgram } from "./programs.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // No name is ever looked up: a test that reaches outside fails at once.
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

/** Starts one Chromium. */
export async function launchChromium() {
  return chromium.launch(settings());
}

/**
 * Starts one Chromium that can be killed, as a crash or an empty battery would: gives `{ browser, kill }`. `program` is
 * started in Chromium's place, and `flags` are added.
 */
export async function launchMortalChromium({ program, flags } = {}) {
  const process = await chromium.launchServer(settings(program, flags));
  const browser = await chromium.connect(process.wsEndpoint());
  return { browser, kill: () => process.kill() };
}

/** Starts a Chromium that keeps what it stores in a folder, as on a person's device. */
export async function launchDevice(folder) {
  return chromium.launchPersistentContext(folder, settings());
}

/** Kills the Chromium that keeps what it stores in `folder`, with all its pages, in the middle of whatever they do. */
export function killDevice(folder) {
  // The lock on its profile is a link whose name ends in the number of its process.
  const [number] = /\d+$/.exec(readlinkSync(join(folder, "SingletonLock")));
  process.kill(Number(number), "SIGKILL");
}

/** Where Chromium is. */
export function chromiumProgram() {
  return findProgram(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
}

/** What every Chromium is started with. */
export function chromiumFlags() {
  return isNetworkPrivate ? [...FLAGS, "--allow-loopback-in-peer-connection"] : FLAGS;
}

function settings(executablePath = chromiumProgram(), flags = []) {
  return { executablePath, args: [...chromiumFlags(), ...flags], headless: true };
}

/** A context: storage of its own, as on a device of its own. `origin` gets the permissions. */
export async function newDevice(browser, origin, options = {}) {
  const context = await browser.newContext(options);
  await permit(context, origin);
  return context;
}

/** Camera and microphone are never used; their permission makes Chromium offer addresses instead of mDNS names. */
export async function permit(context, origin) {
  await context.grantPermissions(["camera", "microphone", "clipboard-read", "clipboard-write"], { origin });
}

/** What a person does with a page, in the words that both browsers share. */
export class ChromiumHands {
  constructor(page) {
    this.page = page;
  }

  onProblem(report) {
    this.page.on("console", (message) => {
      if (message.type() === "error") report(`${message.text()} (${message.location().url})`);
    });
    this.page.on("pageerror", (error) => report(String(error)));
    this.page.on("crash", () => report("The page has crashed."));
  }

  async goto(url) {
    await this.page.goto(url);
  }

  async reload() {
    await this.page.reload();
  }

  async evaluate(script, argument) {
    return this.page.evaluate(script, argument);
  }

  async click(role, name) {
    await this.page.getByRole(role, { name, exact: true }).click();
  }

  async fill(role, name, text) {
    await this.page.getByRole(role, { name, exact: true }).fill(text);
  }

  async select(name, label) {
    await this.page.getByRole("combobox", { name, exact: true }).selectOption({ label });
  }

  async screenshot(path) {
    await this.page.screenshot({ path, fullPage: true });
  }

  async close() {
    await this.page.context().close();
  }
}
