// What killed jobs leave beside an output: removed or put back, but never that of a job that may be alive.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, utimes } from "node:fs/promises";
import path from "node:path";
import { newJobId, newRepeatedJobId, runOf } from "../../storage/file_systems";
import { shard, staging } from "./staging";

const { at, stage, files, write } = staging();
const LONG_AGO = new Date(Date.now() - 8 * 24 * 3600 * 1000);

it("discard puts back a previous folder that a killed commit had moved aside", async () => {
  const output = stage("out/");
  await write(path.join(path.basename(output.folder), "previous", "_SUCCESS"), "{}");
  await output.discard();
  expect(await files()).toEqual({ "out/_SUCCESS": "{}" });
});

describe("removeStale", () => {
  const [host] = newJobId().split("-");
  const gone = `${host}-${spawnSync(process.execPath, ["-e", ""]).pid}-0a1b2c3d`;

  it.each(["out", "out/"])("removes what dead jobs left of %s", async (target) => {
    await shard(stage(target, gone), "half");
    await stage(target).removeStale();
    expect(await readdir(at())).toEqual([]);
  });

  it("leaves what is of a living job, of another host and of another target", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      await once(child, "spawn");
      const left = [
        stage("out", `${host}-${child.pid}-0a1b2c3d`),
        stage("out", newJobId()),
        stage("out", gone.replace(host, `not_${host}`)),
        stage("out", "not a name of ours"),
        stage("other", gone),
        stage("out.ldjson", gone),
        stage("sub/out", gone),
      ];
      for (const output of left) await shard(output, "half");
      await write(".out.txt", "mine");
      const before = await files();
      await stage("out").removeStale();
      expect(await files()).toEqual(before);
    } finally {
      child.kill();
      await once(child, "exit");
    }
  });

  it("puts back a previous folder that a killed commit had moved aside", async () => {
    const dead = stage("out/", gone);
    await write(path.join(path.basename(dead.folder), "previous", "_SUCCESS"), "{}");
    await write(path.join(path.basename(dead.folder), "final", "_SUCCESS"), "half");
    await stage("out/").removeStale();
    expect(await files()).toEqual({ "out/_SUCCESS": "{}" });
  });

  it("leaves the new folder when a commit was killed after it", async () => {
    await write("out/_SUCCESS", "new");
    const dead = stage("out/", gone);
    await write(path.join(path.basename(dead.folder), "previous", "_SUCCESS"), "old");
    await stage("out/").removeStale();
    expect(await files()).toEqual({ "out/_SUCCESS": "new" });
    expect(await readdir(at())).toEqual(["out"]);
  });

  it("has nothing to do where there is no folder", async () => {
    await stage("missing/out").removeStale();
    expect(await readdir(at())).toEqual([]);
  });

  it.each(["out", "out/"])("takes what nobody here can see for dead when it is old: %s", async (target) => {
    const [repeated, elsewhere] = [newRepeatedJobId(), gone.replace(host, `not_${host}`)];
    const old = [
      stage(target, repeated),
      stage(target, runOf(repeated, ["shard"])),
      stage(target, elsewhere),
    ];
    const young = stage(target, newRepeatedJobId());
    // A folder is as old as the youngest thing in it.
    const working = stage(target, newRepeatedJobId());
    for (const output of [...old, young, working]) {
      const file = await shard(output, "half");
      if (output !== young && output !== working) await utimes(file, LONG_AGO, LONG_AGO);
      if (output !== young) await utimes(output.folder, LONG_AGO, LONG_AGO);
    }
    await stage(target).removeStale();
    expect((await readdir(at())).sort()).toEqual(
      [young, working].map(({ folder }) => path.basename(folder)).sort(),
    );
  });
});
