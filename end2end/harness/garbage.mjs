// A device whose page sends garbage in place of what the peer says: the adversary of "bytes from others are never an error".

/**
 * Runs inside a page before its own scripts. Once `window.garbage` is true, every frame of a large value has random
 * bytes, behind a true beginning every second time, and every fifth message is random as a whole.
 */
export function garbleWhatIsSent() {
  const FRAME_HEADER_BYTES = 8;
  const BEGINNING_BYTES = 80;
  window.garbage = false;
  window.garbled = 0;
  let sent = 0;
  const send = RTCDataChannel.prototype.send;
  RTCDataChannel.prototype.send = function (data) {
    if (!window.garbage) return send.call(this, data);
    sent += 1;
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data.slice(0)) : new Uint8Array(data);
    if (this.label === "bulk") {
      const from = sent % 2 === 0 ? FRAME_HEADER_BYTES : FRAME_HEADER_BYTES + BEGINNING_BYTES;
      crypto.getRandomValues(bytes.subarray(from));
      window.garbled += 1;
    } else if (sent % 5 === 0) {
      crypto.getRandomValues(bytes);
      window.garbled += 1;
    }
    return send.call(this, bytes);
  };
}
