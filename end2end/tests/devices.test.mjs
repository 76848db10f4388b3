// The devices of one person: one link and one number pair them, and from then on they are the same.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

const APART = "The cellar key hangs behind the door";
const BEFORE = "The boiler was serviced in spring";

scenario("a phone is paired by a link and a number, and both keep the same notes whatever was done apart", async (world) => {
  await world.startServer();
  const laptop = await world.browser("Laptop", undefined, keepWhatIsSent);
  const phone = await world.firefoxDevice("Phone");
  const invitation = await laptop.createRoom(world.server.origin);
  await laptop.click("button", "Open the memory");
  await remember(laptop, BEFORE);

  await laptop.click("button", "Open your devices");
  await laptop.click("button", "Show a pairing link");
  await laptop.page.getByRole("img", { name: "The link as a picture for a camera" }).waitFor();
  const link = await laptop.page.getByRole("textbox", { name: "Pairing link" }).inputValue();
  assert.ok(link.startsWith(invitation) && link.includes("&pair="), link);
  await phone.openInvitation(link);
  await laptop.connectedTo(phone);
  await phone.click("button", "Pair this device");
  const [here, there] = [await number(laptop), await number(phone)];
  assert.match(here, /^\d{6}$/);
  assert.equal(here, there);
  await phone.click("button", "Yes, the same");
  await laptop.click("button", "Yes, the same");
  await shown(phone, "Paired with “Chrome on Linux”");
  await shown(laptop, "Paired with “Firefox on Linux”");

  await phone.click("button", "Open the memory");
  await finds(phone, "boiler", BEFORE);
  const sent = await laptop.evaluate(() => window.sent.join("\n"));
  assert.ok(!sent.includes("boiler"), "a personal note went over the channel as it is");

  // Apart: each keeps something for itself.
  await laptop.page.goto("about:blank");
  await remember(phone, APART);
  await laptop.page.goto(invitation);
  await laptop.inRoom();
  await laptop.click("button", "Open the memory");
  await finds(laptop, "cellar", APART);

  // A theme that is chosen on one is the other's.
  const theme = (device) => device.evaluate(() => document.documentElement.getAttribute("data-theme"));
  const before = await laptop.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  await laptop.click("button", before ? "Switch to light theme" : "Switch to dark theme");
  await until(phone, "the theme comes over", async () => (await theme(phone)) === (before ? "light" : "dark"));

  // What is lost is taken out, and gets nothing new.
  await laptop.click("button", "Open your devices");
  await laptop.click("button", "Take “Firefox on Linux” out…");
  await laptop.click("button", "Take it out");
  await shown(phone, "Another device of yours has taken this one out");
  await remember(laptop, "The locks were changed");
  await shown(laptop, "taken out");
  await finds(phone, "cellar", APART);
  await search(phone, "locks were changed");
  await until(phone, "nothing new came", async () => !(await items(phone)).some((it) => it.includes("locks")));
});

/** Runs in the page before its own scripts: keeps all bytes that channels are given, as text. */
const keepWhatIsSent = `
  window.sent = [];
  const send = RTCDataChannel.prototype.send;
  RTCDataChannel.prototype.send = function (data) {
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer ?? [], data.byteOffset, data.byteLength);
    window.sent.push(new TextDecoder("latin1").decode(bytes));
    return send.call(this, data);
  };
`;

async function number(device) {
  let shown = null;
  await until(device, "a number is shown", async () => {
    shown = await device.evaluate(() => document.querySelector(".devices-number")?.dataset.number ?? null);
    return shown !== null;
  });
  return shown;
}

async function shown(device, text) {
  await until(device, text, () => device.evaluate((text) => document.querySelector("[aria-labelledby=devices-title]").textContent.includes(text), text));
}

async function remember(device, text) {
  await device.fill("textbox", "Note", text);
  await device.click("button", "Remember");
  await until(device, "it is stored", () => device.evaluate(() => document.body.textContent.includes("Stored on this device.")));
}

async function search(device, text) {
  await device.fill("searchbox", "Search by meaning or by words", text);
}

async function items(device) {
  return device.evaluate(() => [...document.querySelectorAll(".memories-item")].map((item) => item.textContent));
}

async function finds(device, word, text) {
  await search(device, word);
  await until(device, `\`${text}\` is found`, async () => (await items(device)).some((it) => it.includes(text)));
}

async function until(device, what, holds) {
  for (const deadline = Date.now() + 30_000; ; ) {
    if (await holds()) return;
    assert.ok(Date.now() < deadline, `${device.name}: not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
