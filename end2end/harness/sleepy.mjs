// A Chromium that treats hidden pages as people's own browsers do, and that can be put to sleep.
//
// Tools for tests switch off what browsers do to pages that nobody looks at, and Playwright has every page believe that
// somebody does. Puppeteer leaves the second alone, and is told to leave the first.

import puppeteer from "puppeteer-core";
import { chromiumFlags, chromiumProgram } from "./chromium.mjs";
import { PuppeteerHands } from "./puppeteer.mjs";

const SWITCHED_OFF_FOR_TESTS = [
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

/** Starts one. `origin` gets the permissions. */
export async function launchSleepyChromium(origin) {
  const browser = await puppeteer.launch({
    executablePath: chromiumProgram(),
    headless: true,
    ignoreDefaultArgs: SWITCHED_OFF_FOR_TESTS,
    args: chromiumFlags(),
  });
  const permissions = ["camera", "microphone", "clipboard-read", "clipboard-write"];
  await browser.defaultBrowserContext().overridePermissions(origin, permissions);
  return browser;
}

export class SleepyHands extends PuppeteerHands {
  /** Another tab comes before this one. */
  async hide() {
    this.cover ??= await this.page.browser().newPage();
    await this.cover.bringToFront();
    await this.#isNow("hidden");
  }

  async show() {
    await this.page.bringToFront();
    await this.#isNow("visible");
  }

  /** The browser lets nothing run in this page, as some do with tabs that have long been hidden. */
  async freeze() {
    await this.#lifecycle("frozen");
  }

  async thaw() {
    await this.#lifecycle("active");
  }

  /** The device falls asleep: all processes of the browser stand still. */
  fallAsleep() {
    this.#signal("SIGSTOP");
  }

  wakeUp() {
    this.#signal("SIGCONT");
  }

  async screenshot(path) {
    this.wakeUp();
    return super.screenshot(path);
  }

  #signal(signal) {
    // Puppeteer gives the browser a process group of its own.
    process.kill(-this.page.browser().process().pid, signal);
  }

  async #isNow(state) {
    await this.page.waitForFunction((wanted) => document.visibilityState === wanted, { polling: 100 }, state);
  }

  async #lifecycle(state) {
    this.inspector ??= await this.page.createCDPSession();
    await this.inspector.send("Page.setWebLifecycleState", { state });
  }
}
