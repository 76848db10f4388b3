// What people mistype or paste is answered where they look, with a way back.

import assert from "node:assert/strict";
import { scenario } from "../harness/world.mjs";

scenario("a mistyped signaling server is told beside its form, and one button leads back", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  ada.expectProblem(/WebSocket/);
  await ada.createRoom(world.server.origin);
  await ada.click("button", "By hand");
  await ada.fill("textbox", "Signaling server", "ws://127.0.0.1:9/signal");
  await ada.click("button", "Use this server");
  const { alerts } = await ada.until("the problem is shown", (s) => s.alerts.length > 0);
  assert.match(alerts.join(" "), /“ws:\/\/127\.0\.0\.1:9\/signal”.*--allowed-origin/);

  await ada.reload();
  await ada.until("the address was kept", (s) => s.signaling === "waiting");
  await ada.click("button", "Go back to this site’s server");
  await ada.until("registered again", (s) => s.signaling === "registered");
  await ada.click("button", "By hand");
  const field = ada.page.getByRole("textbox", { name: "Signaling server", exact: true });
  assert.equal(await field.inputValue(), `${world.server.origin.replace("http", "ws")}/signal`);
  const own = ada.page.getByRole("button", { name: "Use this site’s server", exact: true });
  assert.ok(await own.isDisabled(), "a button that would do nothing is disabled");
});

scenario("a name is what can be seen of it", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  await ben.openInvitation(await ada.createRoom(world.server.origin));
  await ada.connectedTo(ben);
  await ben.fill("textbox", "Device name", "\u200b\u202e\u2066");
  await ben.click("button", "Save name");
  await ben.until("the name is refused", (s) => s.alerts.some((alert) => /can be seen/.test(alert)));
  await ben.fill("textbox", "Device name", "Be\u202en\u200b");
  await ben.click("button", "Save name");
  await ada.until("what is left of it is shown", (s) => s.people.some((person) => person.startsWith("Ben")));
});

scenario("an invitation with a full stop and a slash behind it leads into its room", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  const invitation = await ada.createRoom(world.server.origin);
  await ben.openInvitation(`${invitation.replace("#", "/#")}.`);
  await ben.connectedTo(ada);
  assert.equal((await ben.state()).path, new URL(invitation).pathname);
});

scenario("a message may be as long as its limit, and the field says when it is longer", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  const ben = await world.device("Ben");
  await ben.openInvitation(await ada.createRoom(world.server.origin));
  await ada.connectedTo(ben);
  const send = ada.page.getByRole("button", { name: "Send", exact: true });
  const messages = ada.page.getByRole("region", { name: "Messages" });
  await ada.fill("textbox", "Message", "   ");
  assert.ok(await send.isDisabled(), "blanks are no message");
  await ada.fill("textbox", "Message", "x".repeat(4_097));
  await messages.getByText("1 character too many").waitFor();
  assert.ok(await send.isDisabled(), "nothing is cut off in silence");
  await ada.fill("textbox", "Message", "x".repeat(4_096));
  await messages.getByText("0 characters left").waitFor();
  await ada.click("button", "Send");
  await ben.hears("x".repeat(4_096));
});

scenario("rounds are one line of the log", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  await ada.loadDigits(1);
  await ada.setTraining({ rounds: 4, steps: 2 });
  await ada.click("button", "Train alone");
  await ada.untilFinished();
  const { log } = await ada.until("all rounds are told", (s) => s.log.some((line) => line.includes("Rounds 1 to 4 are")));
  assert.equal(log.filter((line) => /Rounds? \d/.test(line)).length, 1);
});
