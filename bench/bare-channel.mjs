// The yardstick: an RTCDataChannel without anything of ours around it, used as well as a page can use it.

/** Connects two pages; their handshake goes through this script. */
export async function connect([sender, receiver]) {
  await sender.evaluate(() => {
    window.bare = new RTCPeerConnection();
    window.bareChannel = window.bare.createDataChannel("bare");
    window.bareChannel.binaryType = "arraybuffer";
  });
  const offer = await describe(sender);
  await receiver.evaluate(async (offer) => {
    window.bare = new RTCPeerConnection();
    window.bare.addEventListener("datachannel", ({ channel }) => {
      window.bareChannel = channel;
      channel.binaryType = "arraybuffer";
      let [expected, arrived, done] = [0, 0, () => {}];
      channel.addEventListener("message", ({ data }) => {
        if (typeof data === "string") {
          channel.send(data);
          return;
        }
        arrived += data.byteLength;
        if (arrived >= expected) done();
      });
      window.expectBareBytes = (bytes) => {
        [expected, arrived] = [bytes, 0];
        window.bareBytesArrived = new Promise((resolve) => (done = resolve));
      };
    });
    await window.bare.setRemoteDescription(offer);
  }, offer);
  const answer = await describe(receiver);
  await sender.evaluate(async (answer) => {
    await window.bare.setRemoteDescription(answer);
    if (window.bareChannel.readyState !== "open") {
      await new Promise((resolve) => window.bareChannel.addEventListener("open", resolve, { once: true }));
    }
  }, answer);
}

/** The page's description, once it holds all candidates. */
async function describe(page) {
  return page.evaluate(async () => {
    await window.bare.setLocalDescription();
    await new Promise((resolve) => {
      const look = () => window.bare.iceGatheringState === "complete" && resolve();
      window.bare.addEventListener("icegatheringstatechange", look);
      look();
    });
    return window.bare.localDescription.toJSON();
  });
}

/** Messages of 64 KiB with back-pressure; megabytes a second until the last byte has arrived. */
export async function throughput([sender, receiver], bytes) {
  await receiver.evaluate((bytes) => window.expectBareBytes(bytes), bytes);
  const start = performance.now();
  const sending = sender.evaluate(async (bytes) => {
    const channel = window.bareChannel;
    const message = new Uint8Array(64 * 1024).map((_, i) => i * 31);
    channel.bufferedAmountLowThreshold = 512 * 1024;
    for (let sent = 0; sent < bytes; sent += message.length) {
      if (channel.bufferedAmount > 1024 * 1024) {
        await new Promise((resolve) => channel.addEventListener("bufferedamountlow", resolve, { once: true }));
      }
      channel.send(message);
    }
  }, bytes);
  await receiver.evaluate(() => window.bareBytesArrived);
  const seconds = (performance.now() - start) / 1000;
  await sending;
  return bytes / 1e6 / seconds;
}

/** The median of so many short messages there and back, one after the other, in milliseconds. */
export async function roundTrip(sender, rounds) {
  return sender.evaluate(async (rounds) => {
    const times = [];
    for (let i = 0; i < rounds; i += 1) {
      const start = performance.now();
      const echo = new Promise((resolve) => window.bareChannel.addEventListener("message", resolve, { once: true }));
      window.bareChannel.send("ping");
      await echo;
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(rounds / 2)];
  }, rounds);
}
