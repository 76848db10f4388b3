// Takes docs/screenshot.png: a room of the real application in which three devices train together.
//
//   cargo xtask screenshot

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { becomeIsolated, isIsolationDecided } from "./harness/isolation.mjs";
import { World } from "./harness/world.mjs";

const target = join(dirname(fileURLToPath(import.meta.url)), "../docs/screenshot.png");
const NAMES = ["Ada's laptop", "Ben's phone", "Cleo's tablet"];

if (!isIsolationDecided) becomeIsolated(process.argv);
else await takePicture();

async function takePicture() {
  const world = new World("screenshot");
  try {
    await world.startServer();
    const options = { colorScheme: "light", deviceScaleFactor: 1.25, viewport: { width: 1360, height: 980 } };
    const peers = [];
    for (const name of NAMES) peers.push(await world.device(name, options));
    const [ada, ...others] = peers;
    const invitation = await ada.createRoom(world.server.origin);
    for (const peer of others) await peer.openInvitation(invitation);
    for (const [i, peer] of peers.entries()) {
      await peer.fill("textbox", "Device name", peer.name);
      await peer.click("button", "Save name");
      await peer.loadDigits(i + 1);
    }
    for (const { name } of others) {
      await ada.until(`${name} is called so`, (s) => s.people.some((person) => person.includes(name)));
    }
    await ada.setTraining({ rounds: 40, steps: 40 });
    await ada.click("button", "Train together");
    await ada.untilRound(25);
    await others[0].say("Look at the curves!");
    await ada.hears("Look at the curves!");
    // What the session trains with is of no interest once it runs.
    await ada.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = false;
      window.scrollTo(0, 0);
    });
    await ada.page.screenshot({ path: target });
    console.log("docs/screenshot.png is new.");
  } finally {
    await world.clear();
  }
}
