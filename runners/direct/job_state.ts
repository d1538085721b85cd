// How far a job is: which stages can begin, what of the borders is written, and which files nobody needs any more.
import { rmSync } from "node:fs";
import type { Segment } from "./files/segments";
import type { TaskInput, Written } from "./messages";
import { borderId } from "./plan/borders";
import type { Stage } from "./plan/stages";

/** The stages of a job. */
export class JobState {
  private readonly waiting: Set<Stage>;
  /** How many tasks of a stage are not done. */
  private readonly open = new Map<Stage, number>();
  private readonly segments = new Map<string, Segment[]>();
  /** The stages that have yet to write a border, and those that have yet to read it. */
  private readonly writers = new Map<string, Set<Stage>>();
  private readonly readers = new Map<string, Set<Stage>>();

  constructor(stages: readonly Stage[]) {
    this.waiting = new Set(stages);
    for (const stage of stages) {
      for (const sink of stage.sinks) addTo(this.writers, borderId(sink), stage);
      for (const need of stage.needs) addTo(this.readers, need, stage);
    }
  }

  get isDone(): boolean {
    return this.waiting.size === 0 && this.open.size === 0;
  }

  /** What the tasks of the stages that can begin now work on; a stage without any is over at once. */
  begin(): { stage: Stage; inputs: TaskInput[] }[] {
    const begun: { stage: Stage; inputs: TaskInput[] }[] = [];
    for (let stage = this.ready(); stage !== undefined; stage = this.ready()) {
      this.waiting.delete(stage);
      const inputs = this.inputsOf(stage);
      this.open.set(stage, inputs.length);
      if (inputs.length === 0) this.end(stage);
      else begun.push({ stage, inputs });
    }
    return begun;
  }

  /** The side inputs of a stage. */
  sidesOf(stage: Stage): Record<string, readonly Segment[]> {
    return Object.fromEntries(stage.sides.map(borderId).map((id) => [id, this.segments.get(id) ?? []]));
  }

  /** Takes in what a task has written. */
  taskDone(stage: Stage, written: Written): void {
    for (const [id, segments] of Object.entries(written)) {
      // Added to what is there: with thousands of tasks, a copy for each would be most of what the runner does.
      const known = this.segments.get(id);
      if (known === undefined) this.segments.set(id, [...segments]);
      else for (const segment of segments) known.push(segment);
    }
    const left = this.open.get(stage)! - 1;
    this.open.set(stage, left);
    if (left === 0) this.end(stage);
  }

  private ready(): Stage | undefined {
    return [...this.waiting].find(({ needs }) =>
      needs.every((need) => (this.writers.get(need)?.size ?? 0) === 0),
    );
  }

  private inputsOf({ root }: Stage): TaskInput[] {
    if (root.kind === "impulse") return [{ kind: "impulse" }];
    const border = borderId(root.border);
    const partitions = new Map<number, Segment[]>();
    for (const segment of this.segments.get(border) ?? []) {
      const known = partitions.get(segment.partition);
      if (known === undefined) partitions.set(segment.partition, [segment]);
      else known.push(segment);
    }
    // The largest first: whoever has nothing left to do then waits for a small one.
    return [...partitions.values()]
      .sort((a, b) => bytesOf(b) - bytesOf(a))
      .map((segments) => ({ kind: "segments", border, segments }));
  }

  private end(stage: Stage): void {
    this.open.delete(stage);
    for (const sink of stage.sinks) this.writers.get(borderId(sink))!.delete(stage);
    for (const need of stage.needs) {
      const readers = this.readers.get(need)!;
      readers.delete(stage);
      if (readers.size === 0) this.remove(need);
    }
  }

  /** Frees the disk of what every reader has read. */
  private remove(border: string): void {
    const files = new Set((this.segments.get(border) ?? []).map(({ file }) => file));
    for (const file of files) rmSync(file, { force: true });
    this.segments.delete(border);
  }
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}

function addTo(map: Map<string, Set<Stage>>, key: string, stage: Stage): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([stage]));
  else known.add(stage);
}
