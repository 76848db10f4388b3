// What a person does with a page that Puppeteer drives.

const TIMEOUT_MS = 20_000;

export class PuppeteerHands {
  constructor(page) {
    this.page = page;
  }

  onProblem(report) {
    this.page.on("console", (message) => {
      if (message.type() === "error") report(`${message.text()} (${message.location().url})`);
    });
    this.page.on("pageerror", (error) => report(String(error)));
  }

  async goto(url) {
    await this.page.goto(url);
  }

  async reload() {
    await this.page.reload();
  }

  async evaluate(script, argument) {
    return this.page.evaluate(script, argument);
  }

  async click(role, name) {
    await this.#find(role, name).click();
  }

  async fill(role, name, text) {
    await this.#find(role, name).fill(text);
  }

  async select(name, label) {
    const element = await this.#find("combobox", name).waitHandle();
    const value = await element.evaluate(
      (select, wanted) => [...select.options].find((option) => option.label.trim() === wanted)?.value,
      label,
    );
    if (value === undefined) throw new Error(`"${name}" has no option "${label}".`);
    await element.select(value);
  }

  async screenshot(path) {
    await this.page.screenshot({ path, fullPage: true });
  }

  async close() {
    await this.page.close();
  }

  #find(role, name) {
    return this.page.locator(`::-p-aria([name="${name}"][role="${role}"])`).setTimeout(TIMEOUT_MS);
  }
}
