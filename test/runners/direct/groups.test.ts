// What is shuffled through files: every entry comes back in its group, whatever does not fit in memory.
import fc from "fast-check";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SegmentReader, SegmentWriter, type Segment } from "../../../runners/direct/files/segments";
import { groupEntries, type ValueRef } from "../../../runners/direct/worker/groups";
import { hashOf } from "../../../runners/direct/worker/key_hash";
import { portionsOf } from "../../../runners/direct/worker/split_partition";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "beam-predict-groups-"))));
afterEach(() => rmSync(folder, { recursive: true }));

interface Item {
  window: string;
  key: string;
  value: string;
}

const PARTITIONS = 3;

/** Writes items as tasks do: a file a task, cut into partitions by key. */
function write(tasks: readonly (readonly Item[])[], budget: number): Segment[] {
  return tasks.flatMap((items, task) => {
    const writer = new SegmentWriter(path.join(folder, `task-${task}`), PARTITIONS, budget);
    for (const { window, key, value } of items) {
      const [w, k, v] = [window, key, value].map((text) => Buffer.from(text));
      writer.add(hashOf(k, 0, k.length) % PARTITIONS, w, k, v);
    }
    return writer.finish();
  });
}

/** Groups each partition within a budget; the values of each group in order. */
function regroup(segments: readonly Segment[], budget: number): string[] {
  const reader = new SegmentReader();
  const text = (ref: ValueRef): string => (Buffer.isBuffer(ref) ? ref : reader.read(ref)).toString();
  const groups: string[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const own = segments.filter((segment) => segment.partition === partition);
    if (own.length === 0) continue;
    for (const { segments: some, holdsValues } of portionsOf(own, reader, budget, path.join(folder, "cut")))
      for (const { window, key, values } of groupEntries(some, reader, { holdsValues, isMerging: false }))
        groups.push(JSON.stringify([window.toString(), key.toString(), values.map(text).sort()]));
  }
  reader.close();
  return groups.sort();
}

function expected(items: readonly Item[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { window, key, value } of items) {
    const name = JSON.stringify([window, key]);
    groups.set(name, [...(groups.get(name) ?? []), value]);
  }
  return [...groups]
    .map(([name, values]) => JSON.stringify([...(JSON.parse(name) as string[]), values.sort()]))
    .sort();
}

const text = fc.string({ maxLength: 4, unit: fc.constantFrom("a", "b", "é", "\0") });
const item = fc.record({
  window: fc.constantFrom("", "w", "ww"),
  key: text,
  value: fc.oneof(
    text,
    fc.nat(20_000).map((size) => "x".repeat(size)),
  ),
});

test.each([
  ["all in memory", 1 << 20, 1 << 20],
  ["written in many pieces", 50, 1 << 20],
  ["cut into smaller partitions", 1 << 20, 100],
  ["one entry at a time", 1, 1],
])("every value is in its group, once: %s", (_, writeBudget, groupBudget) => {
  fc.assert(
    fc.property(fc.array(fc.array(item, { maxLength: 20 }), { maxLength: 4 }), (tasks) => {
      const segments = write(tasks, writeBudget);
      expect(regroup(segments, groupBudget)).toEqual(expected(tasks.flat()));
      // What was cut into smaller partitions is gone again.
      expect(readdirSync(folder).filter((name) => name.startsWith("cut"))).toEqual([]);
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name));
    }),
    { numRuns: 30 },
  );
});

test("a key that is all of a partition is grouped, though it can't be cut", () => {
  const items = Array.from({ length: 5000 }, (_, i) => ({ window: "", key: "hot", value: `${i}` }));
  expect(regroup(write([items], 1000), 1000)).toEqual(expected(items));
});

test("an attempt that is given up leaves no file", () => {
  const writer = new SegmentWriter(path.join(folder, "given-up"), 2, 10);
  for (let i = 0; i < 100; i++) writer.add(i % 2, Buffer.from("w"), Buffer.from("k"), Buffer.from(`${i}`));
  expect(readdirSync(folder)).toEqual(["given-up"]);
  writer.abandon();
  expect(readdirSync(folder)).toEqual([]);
});
