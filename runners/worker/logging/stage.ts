// Which bundle and which transform the code that runs belongs to.
import { AsyncLocalStorage } from "node:async_hooks";

/** Where in a job something happens. */
export interface Stage {
  /** The bundle, whose instruction changes when its operators are used again. */
  readonly bundle: {
    instructionId: string;
    /** Told of each element before a transform gets it, where somebody wants to know. */
    onElement?: (transformId: string, value: unknown) => void;
  };
  readonly transformId: string;
}

/** The stage of the code that runs, in it and in all that it awaits, where stages are followed. */
export const currentStage = new AsyncLocalStorage<Stage>();

const origins = new WeakMap<object, string>();

let isFollowed = false;

/** Makes `currentStage` known from now on: following what is awaited costs a little at each promise, so it is for those who ask. */
export function followStages(): void {
  isFollowed = true;
}

/** Runs a part of a stage's work, which `currentStage` then tells. */
export function runIn<Result>(stage: Stage, work: () => Result): Result {
  return isFollowed ? currentStage.run(stage, work) : work();
}

/** Notes in which transform an error came up first. */
export function blame(error: unknown, transformId: string): void {
  if (typeof error === "object" && error !== null && !origins.has(error)) origins.set(error, transformId);
}

/** The transform in which an error came up, when that is known. */
export function originOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null ? origins.get(error) : undefined;
}
