// The command as a user runs it: a process of its own, in a temporary folder, with what it printed and how it ended.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const REPOSITORY = path.join(__dirname, "../../..");
export const COMMAND = path.join(__dirname, "../../pipelines/main.js");
/** The sample of 15 records. */
export const SAMPLE = path.join(REPOSITORY, "data/input.ldjson");

/** What a job says of its progress every ten seconds, which a job of these tests takes on a machine that is busy. */
const PROGRESS = /^\d+% read, .*\n/gm;

/** How a process ended. */
export interface Ended {
  /** Its exit status; null when a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** Without lines of progress. */
  stderr: string;
}

/** A process that runs. */
export interface Started {
  child: ChildProcessWithoutNullStreams;
  ended: Promise<Ended>;
}

export interface StartOptions {
  /** Environment variables besides those of the test. */
  env?: Record<string, string>;
  /** Options of Node itself. */
  node?: string[];
  /** Whether its standard input stays open; otherwise it is empty. */
  isInputOpen?: boolean;
}

/** The counts of `--summary json`. */
export interface Counts {
  read: number;
  blank: number;
  unreadable: Record<string, number>;
  duplicates: number;
  distinct: number;
  predicted: number;
  null: Record<string, number>;
  failures: number;
}

/** A line of the errors output. */
export interface FailureLine {
  kind: string;
  file: string;
  line: number;
  field?: string;
  reason: string;
  record?: unknown;
  content?: string;
}

/** A temporary folder to run the command in, with the sample beside it as `../sample.ldjson`. */
export class Workplace {
  /** The current directory of the command. */
  readonly folder: string;
  /** Where the command's system keeps temporary files. */
  readonly temporary: string;
  private readonly root = mkdtempSync(path.join(tmpdir(), "beam-predict-command-"));
  private readonly running = new Set<ChildProcessWithoutNullStreams>();

  constructor() {
    this.folder = path.join(this.root, "work");
    this.temporary = path.join(this.root, "tmp");
    mkdirSync(this.folder);
    mkdirSync(this.temporary);
    copyFileSync(SAMPLE, path.join(this.root, "sample.ldjson"));
  }

  /** Runs the command to its end, with options as they would be typed. */
  run(line: string, options: StartOptions = {}): Promise<Ended> {
    return this.start(line, options).ended;
  }

  /** Starts the command. No option here has a space in it. */
  start(line: string, { env = {}, node = [], isInputOpen = false }: StartOptions = {}): Started {
    const args = [...node, COMMAND, ...line.split(" ").filter(Boolean)];
    const started = this.spawn(process.execPath, args, env);
    if (!isInputOpen) started.child.stdin.end();
    return started;
  }

  /** Runs a line of the shell, in which `beam-predict` is the command. */
  shell(line: string): Promise<Ended> {
    const define = `beam-predict() { '${process.execPath}' '${COMMAND}' "$@"; }`;
    const { child, ended } = this.spawn("bash", ["-c", `${define}; ${line}`], {});
    child.stdin.end();
    return ended;
  }

  /** The path of a file here. */
  path(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, content: string | Buffer): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** The lines of a file, in the order of their text. */
  lines(name: string): string[] {
    return linesOf(this.read(name)).sort();
  }

  failures(name = "output.errors.ldjson"): FailureLine[] {
    const failures = linesOf(this.read(name)).map((line) => JSON.parse(line) as FailureLine);
    return failures.sort((a, b) => a.line - b.line);
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** What is in a folder, hidden files too. */
  names(folder = "."): string[] {
    return readdirSync(this.path(folder)).sort();
  }

  /** What the command left among the temporary files of the system, and in the user's home. */
  leftovers(): string[] {
    return readdirSync(this.temporary);
  }

  /** Ends what still runs, and removes the folder. */
  async remove(): Promise<void> {
    await Promise.all(
      [...this.running].map((child) => {
        child.kill("SIGKILL");
        return once(child, "close");
      }),
    );
    rmSync(this.root, { recursive: true, force: true });
  }

  private spawn(file: string, args: readonly string[], env: Record<string, string>): Started {
    // The tests switch ONNX Runtime's telemetry off for themselves; the command has to do it for itself.
    const inherited = { ...process.env };
    delete inherited.ORT_DISABLE_TELEMETRY;
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { ...inherited, TMPDIR: this.temporary, HOME: this.temporary, ...env },
    });
    this.running.add(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status, signal) => {
        this.running.delete(child);
        resolve({ status, signal, stdout, stderr: stderr.replace(PROGRESS, "") });
      });
    });
    return { child, ended };
  }
}

/** A test in a place of its own; those of a file run side by side. */
export function commandTest(name: string, body: (place: Workplace) => Promise<void>): void {
  test.concurrent(name, inWorkplace(body));
}

/** Such a test for each row of a table. */
export function commandTests<Row extends [unknown, ...unknown[]]>(
  table: readonly Row[],
): (name: string, body: (place: Workplace, ...row: Row) => Promise<void>) => void {
  return (name, body) => test.concurrent.each(table)(name, inWorkplace(body));
}

/** How long an engine may take on a machine that has other work. */
const ENGINE_MS = 300_000;

/** Such a test for each row of a table, one after the other: each has an engine of its own, or shares one. */
export function engineTests<Row extends [unknown, ...unknown[]]>(
  table: readonly Row[],
): (name: string, body: (place: Workplace, ...row: Row) => Promise<void>) => void {
  return (name, body) => test.each(table)(name, inWorkplace(body), ENGINE_MS);
}

function inWorkplace<Row extends unknown[]>(
  body: (place: Workplace, ...row: Row) => Promise<void>,
): (...row: Row) => Promise<void> {
  // No hook: concurrent tests know none.
  return async (...row) => {
    const place = new Workplace();
    try {
      await body(place, ...row);
    } finally {
      await place.remove();
    }
  };
}

/** The lines of a text, without the empty one at its end. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** The predictions of an output's text, by the text of the record. */
export function predictionsOf(text: string): Map<string, unknown> {
  return new Map(
    linesOf(text).map((line) => {
      const [record, prediction] = line.split("\t");
      return [record, JSON.parse(prediction)];
    }),
  );
}

export function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
