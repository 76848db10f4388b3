// Curves of percentages as an SVG picture in the product's colours: the light theme of `style/tokens.css`, whose one accent
// means that a threshold was reached and is left out.

const COLOURS = { paper: "#f4f6f2", ink: "#15211e", soft: "#54625d", line: "#dce1da", calm: "#0c6f64", alone: "#667984" };
const [WIDTH, HEIGHT] = [1200, 720];
const PLOT = { left: 110, right: 1130, top: 150, bottom: 560 };

/** The picture of `curves`, each with a `name`, a `colour`, `points` ([x, percent], ascending) and whether it is `dashed`. */
export function drawCurves({ title, subtitle, xLabel, curves }) {
  const xMax = Math.max(1, ...curves.flatMap(({ points }) => points.map(([x]) => x)));
  const x = (value) => PLOT.left + (value / xMax) * (PLOT.right - PLOT.left);
  const y = (percent) => PLOT.bottom - (percent / 100) * (PLOT.bottom - PLOT.top);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${COLOURS.paper}"/>`,
    text(48, 64, 30, "ink", title),
    text(48, 98, 16, "soft", subtitle),
  ];
  for (let percent = 0; percent <= 100; percent += 20) {
    parts.push(line(PLOT.left, y(percent), PLOT.right, y(percent)));
    parts.push(text(PLOT.left - 12, y(percent) + 5, 15, "soft", `${percent} %`, "end"));
  }
  for (let mark = 0; mark <= 6; mark += 1) {
    const value = Math.round((xMax * mark) / 6);
    parts.push(text(x(value), PLOT.bottom + 26, 15, "soft", String(value), "middle"));
  }
  parts.push(text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 54, 15, "soft", xLabel, "middle"));
  curves.forEach(({ name, points, colour, dashed }, number) => {
    const dashes = dashed ? ' stroke-dasharray="7 6"' : "";
    const stroke = `fill="none" stroke="${COLOURS[colour]}" stroke-width="${dashed ? 2 : 3}"${dashes}`;
    const path = points.map(([at, percent]) => `${x(at).toFixed(1)},${y(percent).toFixed(1)}`).join(" ");
    const [left, top] = [PLOT.left + (number % 2) * 520, PLOT.bottom + 92 + Math.floor(number / 2) * 30];
    parts.push(`<polyline points="${path}" ${stroke}/>`);
    parts.push(`<polyline points="${left},${top - 5} ${left + 40},${top - 5}" ${stroke}/>`);
    const last = points.at(-1);
    parts.push(text(left + 52, top, 16, "ink", last ? `${name}: ${last[1].toFixed(1)} %` : name));
  });
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="Ubuntu, sans-serif">\n${parts.join("\n")}\n</svg>\n`;
}

function line(x1, y1, x2, y2) {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${COLOURS.line}"/>`;
}

function text(x, y, size, colour, words, anchor = "start") {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${COLOURS[colour]}" text-anchor="${anchor}">${escaped}</text>`;
}
