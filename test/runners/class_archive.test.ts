// The archive of a job server's classes: written when a job is done, used from then on, and never half of one.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ClassArchive } from "../../runners/job_server/class_archive";
import { jvmArguments } from "../../runners/job_server/jvm";
import { KeptProcess } from "../../runners/job_server/kept_process";

let folder: string;

beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "beam-predict-archive-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** What Java is told to write, as if it had. */
function write(archive: ClassArchive): void {
  const [argument] = archive.jvmArguments(true);
  const [, file] = /^-XX:ArchiveClassesAtExit=(.*)$/.exec(argument)!;
  writeFileSync(file, "classes");
}

test("it is written once, and used from then on, by the Java that wrote it", () => {
  const archive = new ClassArchive(folder, "17.0.15");
  write(archive);
  expect(archive.exists).toBe(false);
  archive.keep(143);
  expect(readdirSync(folder)).toEqual(["classes-17.0.15.jsa"]);
  const [argument] = archive.jvmArguments(true);
  expect(argument).toBe(`-XX:SharedArchiveFile=${path.join(folder, "classes-17.0.15.jsa")}`);
  expect(new ClassArchive(folder, "21").exists).toBe(false);
});

test.each([128, 1])("what a Java left that ended with %i is not kept", (status) => {
  const archive = new ClassArchive(folder, "17");
  write(archive);
  archive.keep(status);
  expect([archive.exists, readdirSync(folder)]).toEqual([false, []]);
});

test("it is not written where it may not be", () => {
  const nowhere = new ClassArchive(path.join(folder, "gone"), "17");
  expect(nowhere.jvmArguments(true)).toEqual([]);
  expect(new ClassArchive(folder, "17").jvmArguments(false)).toEqual([]);
});

test("a collector that the user has chosen stays the only one", () => {
  expect(jvmArguments({})).toContain("-XX:+UseParallelGC");
  const chosen = jvmArguments({ JAVA_TOOL_OPTIONS: "-Xmx1g -XX:+UseZGC" });
  expect(chosen.filter((argument) => argument.endsWith("GC"))).toEqual([]);
});

test.each<[string, number | undefined, string[], number]>([
  ["with time to end", undefined, ["farewell", "log", "ready"], 0],
  ["at once", 0, ["log", "ready"], 128],
])("a program is stopped %s", async (_, graceMs, files, status) => {
  const script = "trap 'echo > farewell; exit 0' TERM; echo > ready; while :; do /bin/sleep 0.01; done";
  const program = KeptProcess.start("/bin/sh", ["-c", script], path.join(folder, "log"), { cwd: folder });
  while (!readdirSync(folder).includes("ready")) await wait(10);
  expect(await program.stop(graceMs)).toBe(status);
  expect(readdirSync(folder).sort()).toEqual(files);
});
