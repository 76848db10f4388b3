// What every benchmark needs: the real server and a Chromium, in a network of their own, cleared away at the end.

import { becomeIsolated, isIsolationDecided } from "../end2end/harness/isolation.mjs";
import { startSite } from "../end2end/harness/bare.mjs";
import { launchChromium } from "../end2end/harness/chromium.mjs";
import { Server } from "../end2end/harness/server.mjs";

/** Runs `body({ server, site, browser })`; the process ends with an error if it throws. */
export async function stage(body) {
  if (!isIsolationDecided) {
    becomeIsolated(process.argv);
    return;
  }
  const site = await startSite();
  const server = await Server.start({ extra: ["--allowed-origin", site.origin] });
  const browser = await launchChromium();
  try {
    await body({ server, site, browser });
  } finally {
    await browser.close();
    site.close();
    await server.kill();
  }
}
