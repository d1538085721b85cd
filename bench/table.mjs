// Results of the benchmark as a page of Markdown.

/** The one of several runs that counts: by wall time, half of them are faster. */
export function middle(runs) {
  return runs.toSorted((a, b) => a.seconds - b.seconds)[Math.floor((runs.length - 1) / 2)];
}

/** A table for each case; the first peer is what others are compared to. */
export function table({ date, machine, cases }) {
  const { processors, processor, memory, node } = machine;
  const where = `${date}, ${processors} processors (${processor}), ${Math.round(memory / 2 ** 30)} GiB, Node ${node}`;
  return `${[where, ...cases.map(section)].join("\n\n")}\n`;
}

function section({ title, records, rows, peers }) {
  const [first] = peers;
  const lines = peers.map(({ name, seconds, processorSeconds, memory }) => [
    name,
    `${inDigits(seconds)} s`,
    `${inDigits(seconds / first.seconds)}×`,
    `${inDigits(processorSeconds)} s`,
    `${Math.round(memory / 1e6)} MB`,
    Math.round(Number((records / seconds).toPrecision(3))).toLocaleString("en"),
  ]);
  const header = ["", "wall", `of ${first?.name}`, "processors", "peak memory", "records/s"];
  return [
    `${title}; ${rows?.toLocaleString("en")} distinct, the same in every output`,
    "",
    ...[header, header.map((_, i) => (i === 0 ? "---" : "---:")), ...lines].map(
      (cells) => `| ${cells.join(" | ")} |`,
    ),
  ].join("\n");
}

/** With three digits where it is small, since the smallest figures are hundredths. */
export function inDigits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
