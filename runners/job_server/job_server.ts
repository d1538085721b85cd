// A job server of one's own: started for a job, watched while it runs, and gone afterwards, with all that it wrote.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildJobServer, classPathIn } from "./build";
import { ClassArchive, WRITING_MS } from "./class_archive";
import { JobServerError, JobServerSetupError } from "./errors";
import { findJava } from "./java";
import { jvmArguments as commonJvmArguments } from "./jvm";
import { KeptProcess } from "./kept_process";
import { lastLines } from "./log_file";
import type { JobServerProgram } from "./program";

export interface JobServerSettings {
  /** A job server that is built already: one jar, the engine's classes in it. Default: built with Maven. */
  jar?: string;
  /** The port of its job service. Default: one that is free. */
  port?: number;
  /** Stops the building and the starting. */
  signal?: AbortSignal;
}

const HOST = "127.0.0.1";
/** Java on a busy machine takes a while. */
const START_MS = 120_000;
const PROBE_MS = 20;

/** Among what is removed with the job server, however it ends. */
const NOTHING_JAR = path.join("tmp", "nothing.jar");
/** An archive's end, of nothing. */
const EMPTY_ZIP = Buffer.concat([Buffer.from("PK\x05\x06", "latin1"), Buffer.alloc(18)]);

export class JobServer {
  /** Rejects when it stops by itself. */
  readonly failed: Promise<never>;
  private isStopping = false;

  private constructor(
    private readonly title: string,
    private readonly folder: string,
    private readonly process: KeptProcess,
    /** Where its job service listens. */
    readonly endpoint: string,
    private readonly jar: string,
    private readonly isEngine: boolean,
    private readonly archive: ClassArchive | undefined,
  ) {
    this.failed = process.exited.then((status) => {
      if (this.isStopping) return new Promise<never>(() => undefined);
      throw this.error("JOB_SERVER_STOPPED", `stopped (exit status ${status}) before its job was done`);
    });
    this.failed.catch(() => undefined);
  }

  /**
   * Starts a job server; resolves when it takes jobs.
   * @throws JobServerSetupError without Java, Maven or a port, JobServerError when it can't be built or does not start
   */
  static async start(program: JobServerProgram, settings: JobServerSettings = {}): Promise<JobServer> {
    const { jar, signal } = settings;
    if (jar !== undefined && !existsSync(jar)) {
      throw new JobServerSetupError(
        "NO_JOB_SERVER_JAR",
        `There is no job server at ${jar} (--job_server_jar).`,
      );
    }
    const java = await findJava();
    const built = jar === undefined ? await buildJobServer(program, { signal }) : undefined;
    const classPath = built === undefined ? [jar!] : classPathIn(built);
    const archive = built === undefined ? undefined : new ClassArchive(built, java.version);
    const port = await portToUse(settings.port);
    signal?.throwIfAborted();
    const server = JobServer.spawn(program, java.executable, classPath, port, archive);
    try {
      await server.answer(port, signal);
      return server;
    } catch (error) {
      await server.stop({ keepLog: error instanceof JobServerError });
      throw error;
    }
  }

  private static spawn(
    { name, title, mainClass, jvmArguments, arguments: more, isEngine }: JobServerProgram,
    java: string,
    classPath: readonly string[],
    port: number,
    archive: ClassArchive | undefined,
  ): JobServer {
    const folder = mkdtempSync(path.join(tmpdir(), `beam-predict-${name}-`));
    const temporary = path.join(folder, "tmp");
    mkdirSync(temporary);
    const args = [
      ...commonJvmArguments(),
      ...(archive?.jvmArguments(isEngine) ?? []),
      ...jvmArguments,
      // All that Java and the engine write aside is removed with the folder.
      `-Djava.io.tmpdir=${temporary}`,
      ...["-cp", classPath.join(path.delimiter), mainClass],
      ...[`--job-host=${HOST}`, `--job-port=${port}`, "--artifact-port=0", "--expansion-port=0"],
      `--artifacts-dir=${path.join(temporary, "artifacts")}`,
      ...more,
    ];
    const process = KeptProcess.start(java, args, path.join(folder, "job-server.log"), { temporary });
    writeFileSync(path.join(folder, NOTHING_JAR), EMPTY_ZIP);
    return new JobServer(title, folder, process, `${HOST}:${port}`, classPath[0], isEngine, archive);
  }

  /**
   * What the other processes of the engine need of it: Beam's classes, without the engine's where it was built here. Where there are
   * none it is a jar without classes, because no list at all means all of the class path to Beam: Spark copied its 230 jars for
   * itself, which took 3 s.
   */
  get filesToStage(): string[] {
    return [this.isEngine ? path.join(this.folder, NOTHING_JAR) : this.jar];
  }

  /**
   * What workers are to know of it, as options of a job: one that is built here passes on what a bundle gives out as it comes
   * (`java/`), any other keeps it until the bundle's end.
   */
  get workerOptions(): { passes_on_outputs?: boolean } {
    return this.archive === undefined ? {} : { passes_on_outputs: true };
  }

  /** The file that has all that it said. */
  get logFile(): string {
    return path.join(this.folder, "job-server.log");
  }

  /**
   * Stops it and removes what it wrote; the log stays where asked.
   * @param isDone whether its job is done, and nothing that it started elsewhere has to be told
   */
  async stop({ keepLog = false, isDone = false } = {}): Promise<void> {
    this.isStopping = true;
    await this.end(isDone);
    if (!keepLog) rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(isDone: boolean): Promise<void> {
    const { archive, isEngine } = this;
    if (!isDone || !isEngine) await this.process.stop();
    // Nothing in it is worth its farewell, which takes half a second, but the archive when there is none.
    else if (archive === undefined || archive.exists) await this.process.stop(0);
    else await this.process.stop(WRITING_MS);
    archive?.keep(await this.process.exited);
  }

  private async answer(port: number, signal: AbortSignal | undefined): Promise<void> {
    const deadline = performance.now() + START_MS;
    let ended: number | undefined;
    void this.process.exited.then((status) => (ended = status));
    for (;;) {
      signal?.throwIfAborted();
      if (await listens(port)) return;
      if (ended !== undefined) {
        throw this.error("JOB_SERVER_NOT_STARTED", `ended at its start (exit status ${ended})`);
      }
      if (performance.now() > deadline) {
        throw this.error("JOB_SERVER_NOT_STARTED", `did not start within ${START_MS / 1000} s`);
      }
      await sleep(PROBE_MS);
    }
  }

  private error(code: JobServerError["code"], what: string): JobServerError {
    return new JobServerError(
      code,
      `The job server of ${this.title} ${what}. Its log is ${this.logFile}; it ends with:${lastLines(this.logFile)}`,
    );
  }
}

/** The port that was asked for when it is free, or any other that is. */
async function portToUse(asked = 0): Promise<number> {
  const server = createServer().listen(asked, HOST);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new JobServerSetupError(
      "PORT_TAKEN",
      `The job server can't listen on port ${asked}: another program does. Stop that one, or leave the port out.`,
      { cause: error },
    );
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
