// What a page shows, read from its roles, names and data attributes.

/** Runs inside the page. Everything a test looks at, as plain values. */
export function readState() {
  const text = (element) => element?.textContent?.replace(/\s+/g, " ").trim() ?? "";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const region = (name) =>
    all("section, [role=region]").find((element) => {
      const labelled = element.getAttribute("aria-labelledby");
      const label = labelled === null ? element.getAttribute("aria-label") : text(document.getElementById(labelled));
      return label === name;
    });
  const within = (name, selector) => {
    const found = region(name);
    return found === undefined ? [] : all(selector, found);
  };
  const main = document.querySelector("main");
  const data = document.querySelector("[data-train-rows]");
  const session = document.querySelector("[data-session]");
  return {
    path: location.pathname,
    room: main?.dataset.room ?? "",
    me: main?.dataset.me ?? "",
    signaling: main?.dataset.signaling ?? "",
    peers: Object.fromEntries(
      within("People", "[data-peer][data-stage]").map((item) => [item.dataset.peer, item.dataset.stage]),
    ),
    people: within("People", "[data-peer]").map(text),
    data: data === null ? null : { ...data.dataset },
    session: session === null ? null : { ...session.dataset },
    comparison: within("Training", ".accuracy-sentence").map(text).join(" "),
    groups: within("Training", "[aria-label='Groups']").map(text).join(" ").replace(/\s+/g, " "),
    facts: within("Training", "dl > div").map(text),
    rounds: within("Training", "tbody th").map(text),
    members: within("Training", "[aria-label=Members] li").map(text),
    parts: within("Network", "[aria-label='Parts of this network'] li").map(text),
    carried: within("Network", "[aria-label='Nodes carried for others'] li").map(text),
    split: { ...document.querySelector("[data-split]")?.dataset },
    books: Object.fromEntries(
      Object.entries({ ...document.querySelector(".books")?.dataset }).map(([name, value]) => [name, Number(value)]),
    ),
    messages: within("Messages", "li").map(text),
    guesses: within("Drawing pad", "[data-class]").map((item) => ({ ...item.dataset })),
    log: within("Log", "li").map(text),
    stages: within("Connection", "[data-state]").map((item) => `${text(item)} [${item.dataset.state}]`),
    alerts: all("[role=alert]").map(text).filter((sentence) => sentence !== ""),
  };
}
