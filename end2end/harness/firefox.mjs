// Firefox, driven by Puppeteer over WebDriver BiDi.

import puppeteer from "puppeteer-core";
import { isNetworkPrivate } from "./isolation.mjs";
import { findProgram } from "./programs.mjs";

const TIMEOUT_MS = 20_000;

/** Starts one Firefox with a profile of its own. */
export async function launchFirefox() {
  const loopback = {
    // In a network with a loopback interface only, that is where peers are.
    "media.peerconnection.ice.loopback": true,
    "media.peerconnection.ice.obfuscate_host_addresses": false,
  };
  return puppeteer.launch({
    browser: "firefox",
    executablePath: findProgram(["firefox-esr", "firefox"]),
    headless: true,
    extraPrefsFirefox: isNetworkPrivate ? loopback : {},
  });
}

/** What a person does with a page, in the words that both browsers share. */
export class FirefoxHands {
  constructor(page) {
    this.page = page;
  }

  onProblem(report) {
    this.page.on("console", (message) => {
      if (message.type() === "error") report(`${message.text()} (${message.location().url})`);
    });
    this.page.on("pageerror", (error) => report(String(error)));
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
    await this.#find(role, name).click();
  }

  async fill(role, name, text) {
    await this.#find(role, name).fill(text);
  }

  async select(name, label) {
    const element = await this.#find("combobox", name).waitHandle();
    const value = await element.evaluate(
      (select, wanted) => [...select.options].find((option) => option.label.trim() === wanted)?.value,
      label,
    );
    if (value === undefined) throw new Error(`"${name}" has no option "${label}".`);
    await element.select(value);
  }

  async screenshot(path) {
    await this.page.screenshot({ path, fullPage: true });
  }

  async close() {
    await this.page.close();
  }

  #find(role, name) {
    return this.page.locator(`::-p-aria([name="${name}"][role="${role}"])`).setTimeout(TIMEOUT_MS);
  }
}
