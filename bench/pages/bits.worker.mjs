// All seeded trainings, one after the other.

import init, { bits } from "/ours/bits.js";

await init();
const words = bits();
const trainings = [];
for (let place = 0; place < words.length; place += 3) {
  const [name, expected, found] = words.slice(place, place + 3);
  trainings.push({ name, expected, found });
}
postMessage(trainings);
