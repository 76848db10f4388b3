// The last bits of seeded trainings in Chromium and Firefox: the same as everywhere else, or this ends with 1.
//
//   node bench/bits.mjs

import { launchChromium } from "../end2end/harness/chromium.mjs";
import { launchFirefox } from "../end2end/harness/firefox.mjs";
import { startSite } from "./site.mjs";

const site = await startSite("bits.html");
let isSame = true;
for (const [name, launch] of [["Chromium", launchChromium], ["Firefox", launchFirefox]]) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(site.origin);
  const trainings = await page.evaluate(() => window.bits);
  console.log(name);
  for (const { name, expected, found } of trainings) {
    console.log(`${found}  ${name}`);
    if (found === expected) continue;
    console.log(`${expected}  was expected`);
    isSame = false;
  }
  await browser.close();
}
site.close();
process.exitCode = isSame ? 0 : 1;
