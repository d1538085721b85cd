// DoFns of the direct runner's tests; they run in its worker processes, which load them by the path of this file.
import { workplace } from "../../../sdk";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { requireForSerialization } from "apache-beam/serialization";
import type { SideInputParam } from "apache-beam/transforms/pardo";
import type { AsyncDoFn } from "../../../transforms";

interface AddAllContext {
  more: SideInputParam<number, Iterable<number>, Iterable<number>>;
}

export class AddAllFn implements AsyncDoFn<number, number, AddAllContext> {
  *process(element: number, { more }: AddAllContext): Generator<number> {
    yield [...more.lookup()].reduce((sum, one) => sum + one, element);
  }
}

/** Ends its process at one element, unless a file says that it has done so before. */
export class DeadlyFn implements AsyncDoFn<number, number> {
  constructor(
    readonly at: number,
    readonly done?: string,
  ) {}
  *process(element: number): Generator<number> {
    if (element === this.at && (this.done === undefined || !existsSync(this.done))) {
      if (this.done !== undefined) writeFileSync(this.done, "");
      process.kill(process.pid, "SIGKILL");
    }
    yield element;
  }
}

/** Writes a line with the id of its process for each element, after a moment. */
export class SlowFn implements AsyncDoFn<number, number> {
  constructor(
    readonly log: string,
    readonly ms: number,
  ) {}
  async *process(element: number): AsyncGenerator<number> {
    appendFileSync(this.log, `${process.pid}\n`);
    await new Promise((resolve) => setTimeout(resolve, this.ms));
    yield element;
  }
}

/** Appends each element to a file, whatever process it is in. */
export class AppendFn implements AsyncDoFn<unknown, never> {
  constructor(readonly file: string) {}
  *process(element: unknown): Generator<never> {
    appendFileSync(this.file, `${JSON.stringify(element)}\n`);
    yield* [];
  }
}

/** What a bundle says in its note. */
export interface Said {
  pid: number;
  elements: number[];
}

/**
 * Leaves a note of each bundle's elements, and writes a line with its process and the note for each that it takes. Once it ends its process
 * when it has left the note of the bundle with one element.
 */
export class NotingFn implements AsyncDoFn<number, number> {
  private elements: number[] = [];
  constructor(
    readonly log: string,
    readonly at: number,
    readonly done: string,
  ) {}
  startBundle(): void {
    this.elements = [];
  }
  async *process(element: number): AsyncGenerator<number> {
    for (const note of workplace().notes!.take("said"))
      appendFileSync(this.log, `${process.pid} ${Buffer.from(note).toString()}\n`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.elements.push(element);
    yield element;
  }
  *finishBundle(): Generator<never> {
    const said: Said = { pid: process.pid, elements: this.elements };
    workplace().notes!.leave("said", Buffer.from(JSON.stringify(said)));
    if (this.elements.includes(this.at) && !existsSync(this.done)) {
      writeFileSync(this.done, `${process.pid}`);
      process.kill(process.pid, "SIGKILL");
    }
    yield* [];
  }
}

requireForSerialization(__filename, { AddAllFn, DeadlyFn, SlowFn, AppendFn, NotingFn });
