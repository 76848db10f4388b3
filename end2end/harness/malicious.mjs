// A signaling server that speaks the protocol and lies: the adversary of the end-to-end security promise.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { WebSocketServer } from "ws";

/** What the peers speak. */
const VERSION = Number(
  readFileSync(new URL("../../crates/protocol/src/lib.rs", import.meta.url), "utf8").match(/VERSION: u16 = (\d+)/)[1],
);

export class MaliciousServer {
  /** How many signals were passed on, lied about or not. */
  passed = 0;
  /** What becomes of a signal: gets `{from, to, envelope}` and gives a list of what is delivered instead. */
  lie = (signal) => [signal];
  #sockets = new Map();
  #server;

  static async start() {
    const malicious = new MaliciousServer();
    malicious.#server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(malicious.#server, "listening");
    malicious.#server.on("connection", (socket) => malicious.#converse(socket));
    malicious.url = `ws://127.0.0.1:${malicious.#server.address().port}/signal`;
    return malicious;
  }

  /** Everyone who has registered. */
  get peers() {
    return [...this.#sockets.keys()];
  }

  close() {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #converse(socket) {
    let me;
    const send = (message) => socket.send(JSON.stringify(message));
    send({ type: "challenge", version: VERSION, challenge: randomBytes(32).toString("hex") });
    socket.on("message", (bytes) => {
      const message = JSON.parse(String(bytes));
      if (message.type === "register") {
        me = { peer: message.peer, instance: message.instance, capability: message.capability };
        send({ type: "registered", heartbeat_interval_ms: 5000, ice_servers: [] });
        this.#tellOthers(me, { type: "peer_joined", peer: me, others: this.peers.length });
        this.#sockets.set(me.peer, { card: me, send });
      } else if (message.type === "discover") {
        const others = [...this.#sockets.values()].filter(({ card }) => card.peer !== me.peer);
        send({ type: "peers", peers: others.map(({ card }) => card), others: others.length });
      } else if (message.type === "signal") {
        const signals = this.lie({ from: me.peer, to: message.to, envelope: message.envelope });
        for (const { from, to, envelope } of signals) {
          this.passed += 1;
          this.#sockets.get(to)?.send({ type: "signal", from, envelope });
        }
      }
    });
    socket.on("close", () => {
      if (me === undefined) return;
      this.#sockets.delete(me.peer);
      this.#tellOthers(me, { type: "peer_left", peer: me.peer, reason: "closed" });
    });
  }

  #tellOthers(me, message) {
    for (const { card, send } of this.#sockets.values()) {
      if (card.peer !== me.peer) send(message);
    }
  }
}
