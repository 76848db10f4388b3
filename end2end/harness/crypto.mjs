// What an attacker who knows the room's secret can do to an envelope: read it, change it, and seal it again. What he
// cannot do is sign it. Follows docs/PROTOCOL.md, "Envelopes".

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdfSync, randomBytes } from "node:crypto";

const NONCE_BYTES = 24;

function derive(secret, purpose, bytes) {
  return new Uint8Array(hkdfSync("sha256", secret, "peerceptron room", purpose, bytes));
}

/** The parts of an invitation link. */
export function roomOf(invitation) {
  const secret = Buffer.from(new URL(invitation).hash.slice(1), "base64url");
  return { id: derive(secret, "room id", 16), key: derive(secret, "signaling key", 32) };
}

/** The bytes inside an envelope. */
export function openEnvelope(room, envelope) {
  const bytes = Buffer.from(envelope, "base64");
  const cipher = xchacha20poly1305(room.key, bytes.subarray(0, NONCE_BYTES), room.id);
  return cipher.decrypt(bytes.subarray(NONCE_BYTES));
}

/** An envelope around bytes, sealed as a member would. */
export function sealEnvelope(room, plain) {
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = xchacha20poly1305(room.key, nonce, room.id).encrypt(plain);
  return Buffer.concat([nonce, sealed]).toString("base64");
}

/** Puts another DTLS fingerprint into the session description, if there is one; of the same length. */
export function forgeFingerprint(room, envelope) {
  const plain = Buffer.from(openEnvelope(room, envelope));
  const label = Buffer.from("a=fingerprint:sha-256 ");
  const at = plain.indexOf(label);
  if (at < 0) return envelope;
  const fingerprint = [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
  plain.write(fingerprint, at + label.length, "ascii");
  return sealEnvelope(room, plain);
}
