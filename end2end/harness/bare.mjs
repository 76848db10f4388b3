// A page of the server's origin that holds nothing but the JavaScript class, as `window.network`.

/** Opens one in a context. */
export async function openBarePage(context, origin, device) {
  const address = `${origin}/bare-page`;
  await context.route(address, (route) =>
    route.fulfill({
      body: "<!doctype html><title>A page of one's own</title>",
      contentType: "text/html",
      headers: { "cross-origin-embedder-policy": "require-corp", "cross-origin-opener-policy": "same-origin" },
    }),
  );
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate(async (device) => {
    const { default: init, DistributedNeuralNetwork } = await import("/sdk/peerceptron.js");
    await init();
    window.network = new DistributedNeuralNetwork(device);
  }, device);
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
