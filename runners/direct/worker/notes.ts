// The notes of a worker: what its bundle leaves is a file that other workers read, once the runner knows that the bundle is done.
import { rmSync, writeFileSync } from "node:fs";
import type { Notes } from "../../../sdk";
import { SegmentReader } from "../files/segments";
import type { Note } from "../messages";

export class WorkerNotes implements Notes {
  private left: { topic: string; bytes: Uint8Array }[] = [];
  /** Those of other workers, by topic, that were not taken yet. */
  private readonly waiting = new Map<string, Note[]>();

  leave(topic: string, bytes: Uint8Array): void {
    this.left.push({ topic, bytes });
  }

  *take(topic: string): Generator<Uint8Array> {
    const notes = this.waiting.get(topic);
    if (notes === undefined) return;
    this.waiting.delete(topic);
    const reader = new SegmentReader();
    try {
      for (const note of notes) yield reader.read(note);
    } finally {
      reader.close();
    }
  }

  /** Makes the notes of other workers' bundles known. */
  hear(notes: readonly Note[]): void {
    for (const note of notes) {
      const others = this.waiting.get(note.topic);
      if (others === undefined) this.waiting.set(note.topic, [note]);
      else others.push(note);
    }
  }

  /**
   * Writes down what the bundle that has ended has left.
   * @returns nothing where there is no room on the disk for it: the job can do without
   */
  write(file: string): Note[] {
    const { left } = this;
    this.left = [];
    if (left.length === 0) return [];
    try {
      writeFileSync(file, Buffer.concat(left.map(({ bytes }) => bytes)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      rmSync(file, { force: true });
      return [];
    }
    let end = 0;
    return left.map(({ topic, bytes: { length } }) => {
      const offset = end;
      end += length;
      return { topic, file, offset, length };
    });
  }

  /** Forgets what a bundle has left that has failed. */
  forget(): void {
    this.left = [];
  }
}
