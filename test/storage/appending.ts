// What the tests of appended files write: lines that say whose they are, of sizes that are gathered and that are not.

/** Sizes of the writes of a shard, in turn. */
const SIZES = [10, 300_000, 2000, 1_300_000, 10, 700_000, 1 << 20];

/** What a shard's i-th write is: a line, in which nothing else may stand. */
export function textOf(shard: string, i: number): string {
  const head = `${shard} ${i} `;
  return `${head}${"abcdefgh".repeat(SIZES[i % SIZES.length] / 8)}\n`;
}

/** The lines of shards with so many writes, sorted. */
export function linesOfShards(shards: readonly string[], writes: number): string[] {
  const all = shards.flatMap((shard) => Array.from({ length: writes }, (_, i) => textOf(shard, i)));
  return all.sort();
}

/** The lines of a text, sorted. */
export function sortedLines(text: string): string[] {
  return text.split(/(?<=\n)/).sort();
}
