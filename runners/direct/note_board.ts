// Which notes there are of bundles that are done, and which of them each worker has heard of.
import type { NoteFile } from "./messages";

/** Notes by the worker whose bundle has left them. */
export class NoteBoard<Worker extends object> {
  private readonly notes: { worker: Worker; file: NoteFile }[] = [];
  private readonly heard = new WeakMap<Worker, number>();

  add(worker: Worker, file: NoteFile | undefined): void {
    if (file !== undefined) this.notes.push({ worker, file });
  }

  /** Those of other workers that a worker has not heard of; it has, from now on. */
  newFor(worker: Worker): NoteFile[] {
    const fresh = this.notes.slice(this.heard.get(worker) ?? 0);
    this.heard.set(worker, this.notes.length);
    return fresh.filter((note) => note.worker !== worker).map(({ file }) => file);
  }
}
