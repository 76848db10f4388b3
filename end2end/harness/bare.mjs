// A page that is none of ours and holds nothing but the JavaScript class, as `window.network`: somebody else's site,
// which takes the module from our server.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const DIGITS = new URL("../../public/data/digits.bin", import.meta.url);

/** Starts a site with an empty page and data of its own, `/digits.bin`; `close` ends it. */
export async function startSite() {
  const site = createServer(({ url }, response) => {
    if (url === "/digits.bin") {
      response.end(readFileSync(DIGITS));
      return;
    }
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>A page of one's own</title>");
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  return { origin: `http://127.0.0.1:${site.address().port}`, close: () => site.close() };
}

/** Opens the site's page in a context and makes a device of it. `options` are those of the class. */
export async function openBarePage(context, site, origin, device, options = {}) {
  // As for the server's own pages: addresses instead of mDNS names.
  await context.grantPermissions(["camera", "microphone"], { origin: site.origin });
  const page = await context.newPage();
  await page.goto(site.origin);
  await page.evaluate(
    async ([origin, device, options]) => {
      const { default: init, DistributedNeuralNetwork } = await import(`${origin}/sdk/peerceptron.js`);
      await init();
      window.network = new DistributedNeuralNetwork(device, options);
    },
    [origin, device, options],
  );
  return page;
}

/** Puts bare pages into one room and waits until each is connected to each; gives their peer ids. */
export async function meet(pages, origin) {
  const signaling = `${origin.replace("http", "ws")}/signal`;
  let invitation;
  for (const page of pages) {
    invitation = await page.evaluate(
      async ([signaling, invitation]) => {
        await window.network.configure_signaling_server(signaling);
        const room = await window.network.join_room(invitation ?? undefined);
        await window.network.start_peer_discovery();
        return room.invitation_link;
      },
      [signaling, invitation],
    );
  }
  for (const page of pages) {
    await page.waitForFunction((others) => {
      const peers = window.network.get_discovered_peers();
      return peers.length === others && peers.every(({ connected }) => connected);
    }, pages.length - 1);
  }
}
