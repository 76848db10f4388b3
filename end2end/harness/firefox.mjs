// Firefox, driven by Puppeteer over WebDriver BiDi.

import puppeteer from "puppeteer-core";
import { isNetworkPrivate } from "./isolation.mjs";
import { findProgram } from "./programs.mjs";

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
