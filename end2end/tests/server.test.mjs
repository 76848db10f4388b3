// What anyone can see of the server from outside: that it carries introductions and nothing else.

import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { scenario } from "../harness/world.mjs";

scenario("what is not signaling is refused with a reason and counted where anyone can read it", async (world) => {
  await world.startServer();
  const before = await refused(world.server);
  const socket = new WebSocket(`${world.server.origin.replace("http", "ws")}/signal`, { origin: world.server.origin });
  const messages = conversation(socket);
  assert.equal((await messages.next()).value.type, "challenge");
  for (const rubbish of ['{"type":"chat","text":"hello"}', "not even JSON"]) {
    socket.send(rubbish);
    const { value: answer } = await messages.next();
    assert.equal(answer.type, "error");
    assert.equal(answer.code, "not_signaling");
    assert.ok(answer.message.length > 10, "a sentence, not a number");
  }
  socket.terminate();
  assert.ok((await refused(world.server)) >= before + 2, "the counter has moved");
});

scenario("a page of another origin cannot open a signaling socket", async (world) => {
  await world.startServer();
  const socket = new WebSocket(`${world.server.origin.replace("http", "ws")}/signal`, { origin: "https://elsewhere.example" });
  const [error] = await once(socket, "error");
  assert.match(error.message, /40[0-9]/);
});

scenario("pages come with strict headers and run under them", async (world) => {
  await world.startServer();
  const response = await fetch(world.server.origin + "/");
  const policy = response.headers.get("content-security-policy");
  const scripts = policy.split(";").find((part) => part.trim().startsWith("script-src"));
  assert.match(scripts, /'nonce-[^']+'/);
  assert.doesNotMatch(scripts, /'unsafe-inline'|'unsafe-eval'/);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(response.headers.get("cross-origin-embedder-policy"), "require-corp");
  assert.ok(response.headers.get("referrer-policy"));

  const ada = await world.device("Ada");
  await ada.page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  await ada.createRoom(world.server.origin);
  await ada.loadDigits(1);
  assert.deepEqual(await ada.evaluate(() => window.violations), []);
});

scenario("the server says goodbye when it is asked to stop", async (world) => {
  await world.startServer();
  const ada = await world.device("Ada");
  await ada.createRoom(world.server.origin);
  ada.expectProblem(/WebSocket connection/);
  // Parts of the page come once a room was entered.
  await ada.page.waitForLoadState("networkidle");
  assert.equal(await world.server.stop(), 0, "a graceful end is a success");
  await ada.until("the loss of the server is shown", (s) => s.signaling !== "registered");
});

/** The sum of all counters of refused signaling messages. */
async function refused(server) {
  const lines = (await server.text("/metrics")).split("\n");
  return lines
    .filter((line) => /refused/.test(line) && !line.startsWith("#"))
    .reduce((sum, line) => sum + Number(line.split(" ").pop()), 0);
}

/** The messages of a socket, one at a time. */
async function* conversation(socket) {
  const queue = [];
  let wake = () => {};
  socket.on("message", (bytes) => {
    queue.push(JSON.parse(String(bytes)));
    wake();
  });
  for (;;) {
    if (queue.length > 0) yield queue.shift();
    else await new Promise((resolve) => (wake = resolve));
  }
}
