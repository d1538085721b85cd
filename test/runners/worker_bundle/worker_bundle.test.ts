// A bundle that was unpacked is a worker: its command, what it holds, and the image that is made of it.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeOptionsOf } from "../../../runners/worker/node_options";
import { FakeRunner } from "../worker/fake_runner";
import { unpackBundle } from "./unpacked";

let root: string;
let bundle: string;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "beam-predict-bundle-")));
  mkdirSync(path.join(root, "empty"));
  bundle = await unpackBundle(path.join(root, "node"), { folder: path.join(root, "empty"), withNode: true });
}, 240_000);

afterAll(() => rmSync(root, { recursive: true }));

/** A `node` that says it is of a version, in a folder that is then the PATH with the shell's own tools. */
function nodeOfVersion(version: string): string {
  const bin = path.join(root, `node-${version}`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, "node"), `#!/bin/sh\necho ${version}\n`);
  chmodSync(path.join(bin, "node"), 0o755);
  return bin;
}

describe("the command", () => {
  test("uses the Node of the bundle where there is one", () => {
    const { stderr, status } = spawnSync(path.join(bundle, "bin/worker"), {
      env: { PATH: `${nodeOfVersion("v18.0.0")}:/usr/bin:/bin` },
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining("A worker process needs --id")]);
  });

  test("takes what Beam's runners give, through a link, in any folder, and ends with its runner", async () => {
    const runner = await FakeRunner.start();
    const link = path.join(root, "linked-worker");
    symlinkSync(path.join("node", "bin", "worker"), link);
    const endpoint = runner.endpoint();
    const args = ["--id=1-1", `--logging_endpoint=${endpoint}`, "--artifact_endpoint=127.0.0.1:1"];
    const child = spawn(link, [...args, `--control_endpoint=${endpoint}`], {
      cwd: path.join(root, "empty"),
      stdio: ["ignore", "inherit", "inherit"],
    });
    const exited = once(child, "exit");
    await runner.until(() =>
      runner.logs.some(({ entry }) => entry.message.startsWith("Worker 1-1 (process")),
    );
    runner.endControl();
    expect(await exited).toEqual([0, null]);
    await runner.stop();
  });

  test("without Node, or with an old one, says so and has a status of its own", () => {
    const told = (PATH: string): unknown[] => {
      const { status, stderr } = spawnSync(path.join(bundle, "bin/worker"), {
        env: { PATH },
        encoding: "utf8",
      });
      return [status, stderr];
    };
    const tools = path.join(root, "tools");
    mkdirSync(tools);
    for (const tool of ["dirname", "readlink"]) {
      symlinkSync(execFileSync("which", [tool], { encoding: "utf8" }).trim(), path.join(tools, tool));
    }
    rmSync(path.join(bundle, "bin/node"));
    expect(told(tools)).toEqual([
      127,
      expect.stringMatching(/^The worker needs Node 20 or later, and there is no 'node' on the PATH\./),
    ]);
    expect(told(`${nodeOfVersion("v18.20.4")}:${tools}`)).toEqual([
      124,
      expect.stringMatching(/^The worker needs Node 20 or later; \S+ is v18\.20\.4\./),
    ]);
  });
});

test("its command runs Node with the options of other worker processes", () => {
  const script = readFileSync(path.join(bundle, "bin/worker"), "utf8");
  const [options, ...budget] = nodeOptionsOf(20);
  expect(nodeOptionsOf(21)).toEqual([options]);
  expect(script).toContain(
    `\noptions=${options}\nif [ "$major" -le 20 ]; then options="$options ${budget.join(" ")}"; fi\n`,
  );
});

test("it holds the models and native code of its platform, and nothing that no worker reads", () => {
  const names = readdirSync(bundle, { recursive: true, encoding: "utf8" });
  const application = "node_modules/beam-predict";
  expect(names).toContain(`${application}/models/iris/iris_model.onnx`);
  expect(names).toContain(`${application}/dist/runners/worker/boot.js`);
  const native = names.filter((name) => /onnxruntime-node\/bin\/napi-v\d+\/\w+\/\w+$/.test(name));
  expect(native).toEqual([expect.stringMatching(/linux\/x64$/)]);
  const unread = names.filter((name) => /\.(map|d\.ts)$|beam-predict\/dist\/(test|\.tsbuildinfo)/.test(name));
  expect(unread).toEqual([]);
  expect(existsSync(path.join(bundle, "node_modules/jest"))).toBe(false);
});

test("the image copies what is in the bundle, and starts its command where it has copied it to", () => {
  const lines = readFileSync(path.join(bundle, "Dockerfile"), "utf8")
    .split("\n")
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => line.split(" "));
  const [, from, to] = lines.find(([instruction]) => instruction === "COPY")!;
  const [, entry] = lines.find(([instruction]) => instruction === "ENTRYPOINT")!;
  const [command, ...args] = JSON.parse(entry) as string[];
  expect(args).toEqual([]);
  const file = path.join(bundle, from, path.relative(to, command));
  expect(statSync(file).mode & 0o111).toBe(0o111);
});
