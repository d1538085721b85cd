// Results of the benchmark as a picture: a bar of wall seconds for each peer, one block of bars a case.
import { inDigits } from "./table.mjs";

const WIDTH = 860;
const NAMES = 210;
const BARS = WIDTH - NAMES - 150;
const ROW = 26;
const BAR = 16;
const HEAD = 86;
const BLOCK_HEAD = 44;
const BLOCK_FOOT = 34;
const MARGIN = 24;
/** From this ratio on short bars can't be told apart any more. */
const MOST_LINEAR = 20;

/** Keeps texts apart from the lines behind them. */
const HALO = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"';
const COLOURS = { ours: "#1f6feb", floor: "#57606a", others: "#b6c2cf" };

/** @returns the text of an SVG file; its background is white, so that it reads on dark pages too */
export function chart({ date, machine, cases }) {
  const blocks = cases.filter(({ peers }) => peers.length > 0);
  const heights = blocks.map(({ peers }) => BLOCK_HEAD + peers.length * ROW + BLOCK_FOOT);
  const height = HEAD + heights.reduce((sum, value) => sum + value, 0) + 10;
  let top = HEAD;
  const drawn = blocks.map((block, i) => {
    const text = drawBlock(block, top);
    top += heights[i];
    return text;
  });
  const where = `${machine.processors} processors (${machine.processor}), Node ${machine.node}, ${date}`;
  const subtitle = `Wall seconds of the whole command, start-up included; × is relative to the first. ${where}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" role="img" aria-label="Wall seconds by peer">
<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>
${label(MARGIN, 38, "Predict records, keep distinct ones", 'font-size="19" font-weight="600"')}
${label(MARGIN, 60, subtitle, 'font-size="11" fill="#57606a"')}
${drawn.join("\n")}
</svg>
`;
}

function drawBlock({ title, peers }, top) {
  const seconds = peers.map((peer) => peer.seconds);
  const axis = makeAxis(Math.min(...seconds), Math.max(...seconds));
  const left = MARGIN + NAMES;
  const first = top + BLOCK_HEAD;
  const bottom = first + peers.length * ROW;
  const parts = [label(MARGIN, top + 24, title + axis.note, 'font-size="14" font-weight="600"')];
  for (const tick of axis.ticks) {
    const x = left + BARS * axis.place(tick);
    parts.push(
      `<line x1="${round(x)}" y1="${first - 4}" x2="${round(x)}" y2="${bottom}" stroke="#e3e8ee"/>`,
      label(x, bottom + 15, `${tick} s`, 'font-size="10" text-anchor="middle" fill="#57606a"'),
    );
  }
  peers.forEach((peer, i) => {
    const y = first + i * ROW + (ROW - BAR) / 2;
    const width = Math.max(2, BARS * axis.place(peer.seconds));
    const ratio = `${inDigits(peer.seconds / seconds[0])}×`;
    parts.push(
      label(left - 10, y + 12.5, peer.name, `font-size="12" text-anchor="end"${weight(peer.name)}`),
      `<rect x="${left}" y="${y}" width="${round(width)}" height="${BAR}" rx="2" fill="${colour(peer.name)}"/>`,
      label(
        left + width + 7,
        y + 12.5,
        `${inDigits(peer.seconds)} s   ${ratio}`,
        'font-size="12" xml:space="preserve"',
      ),
    );
  });
  return parts.join("\n");
}

/** Where seconds are between 0 and 1; on a logarithmic scale when they differ much, which is said. */
function makeAxis(least, most) {
  if (most / least <= MOST_LINEAR) {
    const step = niceStep(most / 5);
    const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) =>
      Number((i * step).toPrecision(6)),
    );
    return { note: "", ticks, place: (value) => value / most };
  }
  const low = 10 ** Math.floor(Math.log10(least * 0.8));
  const span = Math.log10(most / low);
  const ticks = [];
  for (let tick = low; tick <= most; tick *= 10) ticks.push(Number(tick.toPrecision(6)));
  return { note: " (logarithmic)", ticks, place: (value) => Math.log10(value / low) / span };
}

function niceStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value);
}

function colour(name) {
  return name.startsWith("beam-predict")
    ? COLOURS.ours
    : /floor/i.test(name)
      ? COLOURS.floor
      : COLOURS.others;
}

const weight = (name) => (name.startsWith("beam-predict") ? ' font-weight="600"' : "");

const round = (value) => Math.round(value * 10) / 10;

function label(x, y, text, attributes) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const fill = attributes.includes("fill=") ? "" : ' fill="#1f2328"';
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}${fill}${HALO}>${escaped}</text>`;
}
