// Archives: the same bytes for the same files, readable by plain tar, and nothing half written.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeArchive, type ArchiveFile } from "../../../runners/worker_bundle/archive";
import { temporaryFolder } from "../../storage/temporary_folder";

const at = temporaryFolder();
const LONG = `${"a-folder-with-a-long-name/".repeat(12)}file.txt`;

function fileOf(name: string, content: string): ArchiveFile {
  writeFileSync(at(name), content);
  return { name, content: { file: at(name), size: content.length }, isExecutable: name === "run" };
}

/** Of all sizes: none, small, larger than what is read in one go. */
function files(): ArchiveFile[] {
  return [
    fileOf("large", "large".repeat(1_000_000)),
    fileOf("run", "#!/bin/sh"),
    fileOf("empty", ""),
    { name: LONG, content: Buffer.from("long"), isExecutable: false },
  ];
}

test("the same files give the same bytes, in any order and whenever they were written", async () => {
  await writeArchive(at("first.tar.gz"), files());
  const again = files().reverse();
  utimesSync(at("run"), 1, 1);
  await writeArchive(at("second.tar.gz"), again);
  expect(readFileSync(at("second.tar.gz")).equals(readFileSync(at("first.tar.gz")))).toBe(true);
  writeFileSync(at("run"), "#!/bin/ks");
  await writeArchive(at("third.tar.gz"), again);
  expect(readFileSync(at("third.tar.gz")).equals(readFileSync(at("first.tar.gz")))).toBe(false);
});

test("plain tar unpacks it without a word", async () => {
  let packed = 0;
  await writeArchive(at("files.tar.gz"), files(), (bytes) => (packed += bytes));
  expect(packed).toBe(5_000_000 + 9 + 4);
  execFileSync("mkdir", [at("out")]);
  const said = execFileSync("sh", ["-c", `tar -xzf '${at("files.tar.gz")}' -C '${at("out")}' 2>&1`]);
  expect(said.toString()).toBe("");
  for (const name of ["large", "run", "empty"])
    expect(readFileSync(at("out", name)).equals(readFileSync(at(name)))).toBe(true);
  expect(readFileSync(at("out", LONG), "utf8")).toBe("long");
  expect(statSync(at("out", "run")).mode & 0o111).toBe(0o111);
  expect(statSync(at("out", "large")).mode & 0o111).toBe(0);
});

test("one that fails leaves the one before as it was, and nothing aside", async () => {
  writeFileSync(at("files.tar.gz"), "before");
  const gone = { name: "gone", content: { file: at("gone"), size: 2_000_000 }, isExecutable: false };
  await expect(writeArchive(at("files.tar.gz"), [gone])).rejects.toThrow("ENOENT");
  expect(readFileSync(at("files.tar.gz"), "utf8")).toBe("before");
  expect(readdirSync(path.dirname(at("files.tar.gz")))).toEqual(["files.tar.gz"]);
});
