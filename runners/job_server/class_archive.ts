// The classes of a job server as an archive that Java maps into memory, instead of finding, reading and checking each of thousands.
//
// Java writes it when a job server ends that had a job. It checks by itself that an archive is its own, and goes without where not.
import { accessSync, constants, existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

/** Java takes some seconds to write it; on a busy machine more. */
export const WRITING_MS = 60_000;

/** The exit status of Java when it ends as it is told to: after 128, the number of SIGTERM. */
const TERMINATED = 143;

export class ClassArchive {
  private readonly file: string;
  private readonly aside: string;

  /**
   * @param folder where the job server is; its paths are a part of the archive
   * @param javaVersion each has its own
   */
  constructor(
    private readonly folder: string,
    javaVersion: string,
  ) {
    this.file = path.join(folder, `classes-${javaVersion}.jsa`);
    this.aside = `${this.file}.${process.pid}`;
  }

  get exists(): boolean {
    return existsSync(this.file);
  }

  /** Java's arguments to use it, or to write it at its end where there is none. */
  jvmArguments(mayWrite: boolean): string[] {
    // One that does not fit is no matter for the log either.
    if (this.exists) return [`-XX:SharedArchiveFile=${this.file}`, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"];
    if (!mayWrite || !isWritable(this.folder)) return [];
    return [`-XX:ArchiveClassesAtExit=${this.aside}`, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"];
  }

  /** Puts in place what Java has written, when it has ended. */
  keep(exitStatus: number): void {
    if (!existsSync(this.aside)) return;
    // Killed, it may have written half of it.
    if (exitStatus === TERMINATED) renameSync(this.aside, this.file);
    else rmSync(this.aside, { force: true });
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
