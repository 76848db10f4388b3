// The first page, for people who use a keyboard, a phone, or the dark.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("a room is created with the keyboard alone", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.goto(world.server.origin + "/");
  const button = ada.page.getByRole("button", { name: "Create a room", exact: true });
  await ada.page.waitForFunction(() => {
    const found = [...document.querySelectorAll("button")].find((b) => b.textContent.trim() === "Create a room");
    return found !== undefined && !found.disabled;
  });
  for (let presses = 0; presses < 30; presses += 1) {
    await ada.page.keyboard.press("Tab");
    if (await button.evaluate((element) => element === document.activeElement)) break;
  }
  assert.ok(await button.evaluate((element) => element === document.activeElement), "Tab reaches the button");
  await ada.page.keyboard.press("Enter");
  await ada.inRoom();
});

scenario("nothing is cut off on a phone, in either theme", async (world) => {
  await world.startServer();
  for (const colorScheme of ["light", "dark"]) {
    const phone = await world.device(`Phone-${colorScheme}`, {
      colorScheme,
      hasTouch: true,
      isMobile: true,
      viewport: { width: 360, height: 740 },
    });
    await phone.goto(world.server.origin + "/");
    await fitsItsWidth(phone, "the landing page");
    const background = await brightness(phone);
    assert.equal(background > 0.5 ? "light" : "dark", colorScheme, "the page follows the device's theme");

    await phone.createRoom(world.server.origin);
    await fitsItsWidth(phone, "the room");
    await phone.loadDigits(1);
    await phone.setTraining({ rounds: 2, steps: 2 });
    await phone.click("button", "Train alone");
    await phone.untilFinished();
    await phone.click("button", "By hand");
    await phone.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await fitsItsWidth(phone, "the room with everything open");
    await phone.click("button", colorScheme === "light" ? "Switch to dark theme" : "Switch to light theme");
    await phone.page.waitForFunction(
      (other) => document.querySelector(`button[aria-label="Switch to ${other} theme"]`) !== null,
      colorScheme,
    );
    const switched = await brightness(phone);
    assert.notEqual(switched > 0.5, background > 0.5, "the switch switches");
  }
});

scenario("an address that does not exist is answered with a page and status 404", async (world) => {
  await world.startServer();
  const response = await fetch(`${world.server.origin}/nowhere`);
  assert.equal(response.status, 404);
  assert.match(await response.text(), /There is no such page/);
});

scenario("a damaged invitation is explained", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.goto(`${world.server.origin}/room/${"0".repeat(32)}#too-short`);
  const { alerts } = await ada.until("the reason is shown", (s) => s.alerts.length > 0);
  assert.match(alerts.join(" "), /invitation/i);
});

scenario("a page whose WebAssembly does not load says so", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  ada.expectProblem(/./);
  await ada.page.route(/\.wasm$/, (route) => route.abort());
  await ada.goto(world.server.origin + "/");
  const { alerts } = await ada.until("the reason is shown", (s) => s.alerts.length > 0);
  assert.match(alerts.join(" "), /did not start/);
});

async function fitsItsWidth(peer, what) {
  const { content, window } = await peer.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  assert.ok(content <= window, `${what} is ${content} pixels wide in a window of ${window}`);
}

/** How bright the page's background is, 0 to 1, once colours have stopped to change. */
async function brightness(peer) {
  return peer.evaluate(async () => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    for (const element of [document.documentElement, document.body]) {
      const colour = getComputedStyle(element).backgroundColor;
      if (colour === "rgba(0, 0, 0, 0)") continue;
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / (3 * 255);
  });
}
