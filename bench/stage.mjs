// What every benchmark needs: the real server and a Chromium, in a network of their own, cleared away at the end.

import { becomeIsolated, isIsolationDecided } from "../end2end/harness/isolation.mjs";
import { launchChromium } from "../end2end/harness/chromium.mjs";
import { Server } from "../end2end/harness/server.mjs";

/** Runs `body({ server, browser })`; the process ends with an error if it throws. */
export async function stage(body) {
  if (!isIsolationDecided) {
    becomeIsolated(process.argv);
    return;
  }
  const server = await Server.start();
  const browser = await launchChromium();
  try {
    await body({ server, browser });
  } finally {
    await browser.close();
    await server.kill();
  }
}
