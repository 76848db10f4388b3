// A ledger's cryptography in one worker: ours, and what people would use instead. Each message names a chore and its
// arguments; the answer is what it returns, mostly how many a second.

import init, { Mining, PartedLedgers, RecordedLedger, Signatures } from "/ours/bench.js";
import * as ed25519 from "/packages/@noble/ed25519/index.js";
import { sha256, sha512 } from "/packages/@noble/hashes/sha2.js";
import { createSHA256 } from "/packages/hash-wasm/dist/index.esm.min.js";

/** Of a header: what does not change with the nonce, in whole blocks of SHA-256, and where the nonce is. */
const MIDSTATE_BYTES = 128;
const NONCE_BYTE = 172;

ed25519.hashes.sha512 = sha512;

let mining;
let signatures;
let header;
let signed;
let hashWasm;
let recorded;

const chores = {
  /** Makes so many signatures, and tries whether all find the same. */
  async load(count) {
    await init();
    mining = new Mining();
    header = Mining.header();
    hashWasm = await createSHA256();
    if (!Mining.finds_the_first(10_000, 1_000_000)) throw new Error("our search finds another nonce than plain hashing");
    const wanted = sha256(header);
    for (const [name, way] of Object.entries(HASHES)) {
      const { hash, tail } = way();
      tail.set(header.subarray(header.length - tail.length));
      if (hash().some((byte, place) => byte !== wanted[place])) throw new Error(`${name} finds another hash`);
    }

    signatures = new Signatures(count);
    if (!signatures.finds_what_is_wrong()) throw new Error("our batch does not find the signature that is wrong");
    signed = [];
    for (let place = 0; place < count; place += 1) {
      const [peer, bytes] = [signatures.peer(place), signatures.bytes(place)];
      const key = await crypto.subtle.importKey("raw", peer, "Ed25519", false, ["verify"]);
      signed.push({ peer, bytes, signature: signatures.signature(place), key });
    }
  },

  /** Hashes a second, ours. */
  mine(count) {
    return count / timed(() => mustBe(!mining.advance(count)));
  },

  /** Hashes a second of whole headers, by the crate `sha2`. */
  minePlainly(count) {
    return count / timed(() => mustBe(Mining.plainly(count) === 0));
  },

  /** Hashes a second in one of the `HASHES`. */
  hash(name, count) {
    const { hash, tail } = HASHES[name]();
    const nonce = new DataView(tail.buffer, tail.byteOffset + tail.length - (header.length - NONCE_BYTE));
    return (
      count /
      timed(() => {
        for (let number = 0; number < count; number += 1) {
          nonce.setUint32(0, number, true);
          const found = hash();
          mustBe(found[0] !== 0 || found[1] !== 0 || found[2] !== 0 || found[3] !== 0 || found[4] !== 0);
        }
      })
    );
  },

  /** Signatures a second, ours, in batches. */
  verify(batch) {
    return signed.length / timed(() => signatures.verify(batch));
  },

  /** Signatures a second of the first so many, one by one, by @noble/ed25519. */
  verifyByNoble(count) {
    return (
      count /
      timed(() => {
        for (const { signature, bytes, peer } of signed.slice(0, count)) mustBe(ed25519.verify(signature, bytes, peer));
      })
    );
  },

  /** Makes a ledger of so many blocks with so many transfers each. */
  async makeChain(blocks, transfers) {
    await init();
    recorded = new RecordedLedger(blocks, transfers);
  },

  /** Transfers a second, from bytes to the last state. */
  validate() {
    let transfers;
    const seconds = timed(() => (transfers = recorded.validate()));
    return transfers / seconds;
  },

  /** Seconds in which so many blocks give way to a heavier chain of as many and one. */
  reorganise(blocks, transfers) {
    const parted = new PartedLedgers(blocks, transfers);
    const seconds = timed(() => mustBe(parted.meet() === blocks));
    parted.free();
    return seconds;
  },

  /** Signatures a second by the browser itself, all of them in flight, with keys that it has read before. */
  async verifyByBrowser() {
    const start = performance.now();
    const verdicts = signed.map(({ key, signature, bytes }) => crypto.subtle.verify("Ed25519", key, signature, bytes));
    mustBe((await Promise.all(verdicts)).every((holds) => holds));
    return signed.length / ((performance.now() - start) / 1000);
  },
};

/** Ways to the hash of a header, of which the end is written to `tail` before. */
const HASHES = {
  "hash-wasm": () => {
    const whole = header.slice();
    return { tail: whole, hash: () => hashWasm.init().update(whole).digest("binary") };
  },
  "hash-wasm, midstate": () => {
    const midstate = hashWasm.init().update(header.subarray(0, MIDSTATE_BYTES)).save();
    const tail = header.slice(MIDSTATE_BYTES);
    return { tail, hash: () => hashWasm.load(midstate).update(tail).digest("binary") };
  },
  noble: () => {
    const whole = header.slice();
    return { tail: whole, hash: () => sha256(whole) };
  },
  "noble, midstate": () => {
    const midstate = sha256.create().update(header.subarray(0, MIDSTATE_BYTES));
    const tail = header.slice(MIDSTATE_BYTES);
    const hasher = sha256.create();
    const found = new Uint8Array(32);
    const hash = () => {
      midstate._cloneInto(hasher).update(tail).digestInto(found);
      return found;
    };
    return { tail, hash };
  },
};

function mustBe(right) {
  if (!right) throw new Error("a measured result is wrong");
}

function timed(work) {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

addEventListener("message", async ({ data: [name, ...words] }) => {
  try {
    postMessage([null, await chores[name](...words)]);
  } catch (error) {
    postMessage([String(error)]);
  }
});
