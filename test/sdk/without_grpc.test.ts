// The SDK is loaded without gRPC, until somebody asks for it.
import { spawnSync } from "node:child_process";
import path from "node:path";

const DIST = path.join(__dirname, "../..");

/** Runs a script behind the transforms, which take in the SDK's operators. */
function run(script: string): unknown {
  const loaded = `const isLoaded = () => Object.keys(require.cache).some((file) => /@grpc.grpc-js.build.src.channel/.test(file));`;
  const code = `require(${JSON.stringify(path.join(DIST, "transforms"))}); ${loaded} ${script}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return JSON.parse(stdout);
}

const fromSdk = (name: string): string =>
  `require(${JSON.stringify(require.resolve(`apache-beam/${name}`))})`;

test("it is not loaded with the transforms", () => {
  expect(run("console.log(isLoaded())")).toBe(false);
});

test("what is asked of it is its own", () => {
  const grpc = JSON.stringify(require.resolve("@grpc/grpc-js"));
  expect(run(`console.log(JSON.stringify([typeof require(${grpc}).Server, isLoaded()]))`)).toEqual([
    "function",
    true,
  ]);
});

test("a client of the SDK's is one", () => {
  const script = `
    const { BeamFnDataClient } = ${fromSdk("proto/beam_fn_api.grpc-client")};
    const { credentials } = require(${JSON.stringify(require.resolve("@grpc/grpc-js"))});
    const client = new BeamFnDataClient("localhost:1", credentials.createInsecure());
    console.log(JSON.stringify([typeof client.data, typeof client.close]));
    client.close();`;
  expect(run(script)).toEqual(["function", "function"]);
});
