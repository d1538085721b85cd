// A program that never outlives this process, however this process ends.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";

const KEEPER = path.join(__dirname, "keeper.js");

export interface KeptOptions {
  env?: NodeJS.ProcessEnv;
  /** Its current directory. */
  cwd?: string;
  /** A folder that is removed when the program has ended, whoever lives then. */
  temporary?: string;
}

/** A program under a keeper. */
export class KeptProcess {
  private constructor(
    private readonly keeper: ReturnType<typeof spawn>,
    /** Resolves with the exit status when the program, and all that it started, has ended. */
    readonly exited: Promise<number>,
  ) {}

  /**
   * Starts a program.
   * @param log the file to which its outputs are appended
   */
  static start(
    file: string,
    args: readonly string[],
    log: string,
    { env = process.env, cwd, temporary = "" }: KeptOptions = {},
  ): KeptProcess {
    const output = openSync(log, "a");
    try {
      // Detached: a Ctrl-C is for this process, which then stops the program in its own time.
      const keeper = spawn(process.execPath, [KEEPER, temporary, file, ...args], {
        stdio: ["pipe", output, output],
        detached: true,
        env,
        cwd,
      });
      // The pipe is closed early when the program ends by itself.
      keeper.stdin!.on("error", () => undefined);
      const exited = new Promise<number>((resolve, reject) => {
        keeper.once("error", reject);
        keeper.once("exit", (code) => resolve(code ?? 128));
      });
      exited.catch(() => undefined);
      return new KeptProcess(keeper, exited);
    } finally {
      closeSync(output);
    }
  }

  /**
   * Ends the program; resolves with its exit status when it has ended.
   * @param graceMs how many milliseconds it has to end by itself; 0 kills it at once. Default 5 s.
   */
  async stop(graceMs?: number): Promise<number> {
    this.keeper.stdin!.end(graceMs === undefined ? undefined : `${graceMs}`);
    return this.exited;
  }
}
