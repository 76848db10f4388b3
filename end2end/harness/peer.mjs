// One device with the application open: what a person does with it and sees on it.

import { readState } from "./state.mjs";

const STATE_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 50;

export class Peer {
  /** Whatever the browser's console called an error. */
  problems = [];
  #hands;
  #expected = [];

  constructor(name, hands) {
    this.name = name;
    this.#hands = hands;
    hands.onProblem((problem) => {
      if (!this.#expected.some((pattern) => pattern.test(problem))) this.problems.push(problem);
    });
  }

  /** The browser's own page, for what only one test needs. */
  get page() {
    return this.#hands.page;
  }

  /** From here on, problems that match are part of the test. */
  expectProblem(pattern) {
    this.#expected.push(pattern);
  }

  async goto(url) {
    await this.#hands.goto(url);
  }

  async reload() {
    await this.#hands.reload();
  }

  async click(role, name) {
    await this.#hands.click(role, name);
  }

  async fill(role, name, text) {
    await this.#hands.fill(role, name, text);
  }

  async select(name, label) {
    await this.#hands.select(name, label);
  }

  async evaluate(script, argument) {
    return this.#hands.evaluate(script, argument);
  }

  async screenshot(path) {
    await this.#hands.screenshot(path);
  }

  async close() {
    await this.#hands.close();
  }

  async state() {
    return this.#hands.evaluate(readState);
  }

  /** Waits until `predicate` holds for what the page shows, and gives that state; `what` says it in words. */
  async until(what, predicate, timeoutMs = STATE_TIMEOUT_MS) {
    const deadline = Date.now() + timeoutMs;
    let state;
    for (;;) {
      try {
        state = await this.state();
        if (predicate(state)) return state;
      } catch (error) {
        // While a page is being replaced there is nothing to read; anything else shows up in the end.
        if (Date.now() > deadline) throw error;
      }
      if (Date.now() > deadline) {
        const shown = JSON.stringify(state, undefined, 2);
        throw new Error(`${this.name}: not within ${timeoutMs} ms: ${what}. The page shows ${shown}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  // What people do.

  /** Opens the site and creates a room; gives the invitation link. */
  async createRoom(origin) {
    await this.goto(origin + "/");
    await this.click("button", "Create a room");
    return this.inRoom();
  }

  /** Opens an invitation link. */
  async openInvitation(link) {
    await this.goto(link);
    return this.inRoom();
  }

  /** Waits until the room's page is alive and the server has registered this device; gives the invitation link. */
  async inRoom() {
    await this.until("the room is entered", (s) => s.me !== "" && s.signaling === "registered");
    return this.evaluate(() => location.href);
  }

  async id() {
    return (await this.until("the device has an identity", (s) => s.me !== "")).me;
  }

  /** Waits until the connection with `other` is open. */
  async connectedTo(other, timeoutMs) {
    const id = await other.id();
    return this.until(`connected to ${other.name}`, (s) => s.peers[id] === "open", timeoutMs);
  }

  /** Says something to everyone. */
  async say(text) {
    await this.fill("textbox", "Message", text);
    await this.click("button", "Send");
  }

  async hears(text) {
    return this.until(`the message "${text}"`, (s) => s.messages.some((message) => message.includes(text)));
  }

  /** Loads one part of the built-in digits. */
  async loadDigits(part, heldOutPercent) {
    await this.select("Data set", "Handwritten digits, 8×8");
    await this.select("Part", `Part ${part} of 4`);
    if (heldOutPercent !== undefined) await this.fill("spinbutton", "Held out, %", String(heldOutPercent));
    await this.click("button", "Use this data");
    return this.until("the data is loaded", (s) => Number(s.data?.trainRows ?? 0) > 0);
  }

  /** Sets how a session trains, before it is started. */
  async setTraining({ rounds, steps }) {
    await this.evaluate(() => {
      const summaries = [...document.querySelectorAll("summary")];
      const options = summaries.find((summary) => summary.textContent.trim() === "How to train");
      options.closest("details").open = true;
    });
    await this.fill("spinbutton", "Rounds", String(rounds));
    await this.fill("spinbutton", "Steps in a round", String(steps));
  }

  async inSession(timeoutMs) {
    return this.until("a session runs", (s) => (s.session?.session ?? "") !== "", timeoutMs);
  }

  async untilRound(round, timeoutMs = 120_000) {
    return this.until(`round ${round} is finished`, (s) => Number(s.session?.round ?? 0) >= round, timeoutMs);
  }

  /** Waits until both show the same model. */
  async untilAgreed(other, timeoutMs = STATE_TIMEOUT_MS) {
    const agrees = async () => {
      const { session } = await other.state();
      return this.until(`${other.name} shows the same model`, (s) => s.session?.model === session?.model, LOOK_EVERY_MS);
    };
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await agrees();
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }

  async untilFinished(timeoutMs = 180_000) {
    return this.until("the session has ended", (s) => s.session?.running === "false", timeoutMs);
  }
}
