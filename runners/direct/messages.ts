// What the runner and its worker processes tell each other. (Buffers travel as they are: the channel's serialization is V8's.)
import type { TaskMetric } from "./metrics";
import type { Segment } from "./files/segments";

/** Where the elements of a task come from. */
export type TaskInput =
  | { readonly kind: "impulse" }
  /** One partition of a border. */
  | { readonly kind: "segments"; readonly border: string; readonly segments: readonly Segment[] };

/** One bundle of a stage. */
export interface Task {
  readonly id: number;
  readonly stage: string;
  /** Which try it is, from 0. */
  readonly attempt: number;
  readonly input: TaskInput;
  /** Side inputs of the stage by the ids of their borders. */
  readonly sides: Readonly<Record<string, readonly Segment[]>>;
  /** Where to write down each element before a transform gets it, for the last try of a bundle that has ended processes. */
  readonly traceFile?: string;
}

/** Where a note stands that a bundle has left. */
export interface Note {
  readonly topic: string;
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** A stage, once before its first task. */
export interface StageMessage {
  readonly kind: "stage";
  readonly id: string;
  /** Its process bundle descriptor, and its root's border as JSON, or nothing for an impulse. */
  readonly descriptor: Uint8Array;
  readonly root?: string;
}

export type ToWorker =
  | {
      readonly kind: "begin";
      /** Modules in which the pipeline's code is registered. */
      readonly modules: readonly string[];
      readonly settings: WorkerSettings;
    }
  | StageMessage
  /** It waits for those before it. */
  | { readonly kind: "task"; readonly task: Task }
  /** What bundles of other workers have left that are done. */
  | { readonly kind: "notes"; readonly notes: readonly Note[] };

export interface WorkerSettings {
  /** Where files of borders are written. */
  readonly folder: string;
  /** How many partitions each border has. */
  readonly partitions: number;
  /** Bytes that may wait to be written, and bytes of a partition that are held at once. */
  readonly writeBudget: number;
  readonly groupBudget: number;
  /** Bytes that a DoFn may keep from bundle to bundle. */
  readonly keepBudget: number;
}

/** What a task wrote, by the ids of the borders. */
export type Written = Readonly<Record<string, readonly Segment[]>>;

export type FromWorker =
  /** It has loaded the pipeline's code. */
  | { readonly kind: "ready" }
  | {
      readonly kind: "done";
      readonly task: number;
      readonly written: Written;
      readonly metrics: readonly TaskMetric[];
      readonly notes: readonly Note[];
    }
  | { readonly kind: "progress"; readonly task: number; readonly metrics: readonly TaskMetric[] }
  | {
      readonly kind: "failed";
      /** The task, or none when the worker could not even begin. */
      readonly task?: number;
      /** The transform that failed, where it is known. */
      readonly transform?: string;
      /** For a person, and with all that there is to say. */
      readonly message: string;
      readonly details: string;
      /** The error's own name and code, where it has them. */
      readonly name: string;
      readonly code?: string;
    };
