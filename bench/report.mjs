// How results are shown: a table for people, or with `--json` one object a line.

const json = process.argv.includes("--json");

/**
 * Prints the rows of a benchmark. A row has `metric`, `value`, `unit`, and where a number was promised `target` and
 * whether `atLeast` or `atMost` it. `config` says under which conditions.
 */
export function report(bench, config, rows) {
  const results = rows.map(({ metric, value, unit, atLeast, atMost }) => {
    const target = atLeast ?? atMost;
    const pass = atLeast !== undefined ? value >= atLeast : value <= atMost;
    return { bench, metric, value: rounded(value), unit, ...(target === undefined ? {} : { target, pass }), config };
  });
  if (json) {
    for (const result of results) console.log(JSON.stringify(result));
    return;
  }
  const conditions = Object.entries(config).map(([name, value]) => `${name} ${value}`);
  console.log(`\n${bench} (${conditions.join(", ")})`);
  const lines = [
    ["metric", "value", "unit", "target", ""],
    ...results.map(({ metric, value, unit, target, pass }) => [
      metric,
      String(value),
      unit,
      target === undefined ? "" : String(target),
      target === undefined ? "" : pass ? "met" : "MISSED",
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) {
    console.log(line.map((cell, i) => (i === 1 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  ").trimEnd());
  }
}

/** What is being done, for the person who waits. */
export function progress(sentence) {
  if (!json) console.log(sentence);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rounded(value) {
  return Number(value.toPrecision(4));
}
