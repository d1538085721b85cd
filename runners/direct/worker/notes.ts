// The notes of a worker: what its bundle leaves is a file that other workers read, once the runner knows that the bundle is done.
import { closeSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import type { Notes } from "../../../sdk";
import type { NoteFile } from "../messages";

/** A note that can be taken. */
interface Waiting {
  readonly file: string;
  readonly from: number;
  readonly size: number;
}

export class WorkerNotes implements Notes {
  private left: { topic: string; note: Uint8Array }[] = [];
  private readonly waiting = new Map<string, Waiting[]>();

  leave(topic: string, note: Uint8Array): void {
    this.left.push({ topic, note });
  }

  *take(topic: string): Generator<Uint8Array> {
    const notes = this.waiting.get(topic) ?? [];
    this.waiting.delete(topic);
    for (const note of notes) yield read(note);
  }

  /** Makes the notes of other workers' bundles known. */
  hear(files: readonly NoteFile[]): void {
    for (const { file, notes } of files) {
      for (const { topic, from, size } of notes) {
        const others = this.waiting.get(topic) ?? [];
        others.push({ file, from, size });
        this.waiting.set(topic, others);
      }
    }
  }

  /**
   * Writes down what the bundle that has ended has left.
   * @returns undefined where there is nothing, or no room on the disk for it: the job can do without
   */
  write(file: string): NoteFile | undefined {
    const { left } = this;
    this.left = [];
    if (left.length === 0) return undefined;
    try {
      writeFileSync(file, Buffer.concat(left.map(({ note }) => note)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      rmSync(file, { force: true });
      return undefined;
    }
    let from = 0;
    const notes = left.map(({ topic, note }) => ({
      topic,
      from: (from += note.length) - note.length,
      size: note.length,
    }));
    return { file, notes };
  }

  /** Forgets what a bundle has left that has failed. */
  forget(): void {
    this.left = [];
  }
}

function read({ file, from, size }: Waiting): Buffer {
  const note = Buffer.allocUnsafeSlow(size);
  const descriptor = openSync(file, "r");
  try {
    if (readSync(descriptor, note, 0, size, from) !== size)
      throw new Error(`${file} is shorter than it was.`);
  } finally {
    closeSync(descriptor);
  }
  return note;
}
