// A page that is none of ours and holds nothing but the JavaScript class, as `window.network`: somebody else's site,
// which takes the module from our server.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const DATA = new URL("../../public/data/", import.meta.url);
const FILES = ["digits.bin", "iris.csv"];

/** Starts a site with an empty page and data of its own, `/digits.bin` and `/iris.csv`; `close` ends it. */
export async function startSite() {
  const site = createServer(({ url }, response) => {
    const file = FILES.find((file) => url === `/${file}`);
    if (file !== undefined) {
      response.end(readFileSync(new URL(file, DATA)));
      return;
    }
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>A page of one's own</title>");
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  return { origin: `http://127.0.0.1:${site.address().port}`, close: () => site.close() };
}

/** Starts a server that knows of somebody else's site, and the site. */
export async function startBoth(world) {
  const site = await startSite();
  world.later(() => site.close());
  await world.startServer(["--allowed-origin", site.origin]);
  return site;
}

/** A page that holds nothing but the class, on a device of its own. */
export async function barePage(world, site) {
  return openBarePage(await world.context(), site, world.server.origin, "bare");
}

/** Trains a cluster alone and waits for the end; gives the session. */
export async function learnAlone(page, cluster_id, options) {
  const session = await page.evaluate(
    ([cluster_id, options]) =>
      window.network.start_collaborative_learning([], "Learn alone", { cluster_id, ...options }),
    [cluster_id, options],
  );
  const hasEnded = (id) => {
    const session = window.network.get_session();
    return session?.session_id === id && !session.running;
  };
  await page.waitForFunction(hasEnded, session, { timeout: 90_000 });
  return page.evaluate((id) => window.network.get_session(id), session);
}

/** What a page's network says to each attempt: functions of it, which may use nothing but what the page has. */
export async function refusals(page, attempts) {
  const texts = Object.fromEntries(Object.entries(attempts).map(([name, attempt]) => [name, attempt.toString()]));
  return page.evaluate(async (texts) => {
    const refusals = {};
    for (const [name, text] of Object.entries(texts)) {
      try {
        await (0, eval)(`(${text})`)(window.network);
        refusals[name] = "nothing was refused";
      } catch (error) {
        refusals[name] = { isError: error instanceof Error, code: error.code, message: error.message };
      }
    }
    return refusals;
  }, texts);
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
