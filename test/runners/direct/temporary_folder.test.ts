// The folders of jobs on the direct runner: one for each, and those of jobs that are no more are removed.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync } from "node:fs";
import path from "node:path";
import { TemporaryFolderError } from "../../../runners/direct/errors";
import { makeTemporaryFolder, prefixOf } from "../../../runners/direct/temporary_folder";
import { temporaryFolder } from "../../storage/temporary_folder";

const at = temporaryFolder();
const DAY_MS = 24 * 3600 * 1000;

function left(name: string, daysAgo = 0): void {
  mkdirSync(at(name));
  const then = new Date(Date.now() - daysAgo * DAY_MS);
  utimesSync(at(name), then, then);
}

test("those of processes that have ended are removed, and no others", () => {
  const { pid } = spawnSync("true");
  left(`${prefixOf(pid)}-ended`);
  left(`${prefixOf(1)}-lives`);
  left(`${prefixOf(process.pid)}-other`, 0);
  left("beam-predict-other", 30);
  const folder = path.basename(makeTemporaryFolder(at()));
  expect(readdirSync(at()).sort()).toEqual(
    [folder, `${prefixOf(1)}-lives`, `${prefixOf(process.pid)}-other`, "beam-predict-other"].sort(),
  );
});

test("regression: a container that starts again, whose process has the same number, removes what it left", () => {
  left(`${prefixOf(process.pid)}-before`, 1);
  const folder = path.basename(makeTemporaryFolder(at()));
  expect(readdirSync(at())).toEqual([folder]);
});

test("regression: the processes of another host are not looked for here: a week without a change ends them", () => {
  const { pid } = spawnSync("true");
  left(`beam-predict-direct-elsewhere-${pid}-new`, 6);
  left(`beam-predict-direct-elsewhere-${pid}-old`, 8);
  makeTemporaryFolder(at());
  expect(readdirSync(at()).filter((name) => name.includes("elsewhere"))).toEqual([
    `beam-predict-direct-elsewhere-${pid}-new`,
  ]);
});

test("regression: no place to make one in is told with what to do", () => {
  expect(() => makeTemporaryFolder(at("missing"))).toThrow(TemporaryFolderError);
  expect(() => makeTemporaryFolder(at("missing"))).toThrow(/missing .*ENOENT.*Set TMPDIR/);
});
