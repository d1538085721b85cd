// Keeps gRPC from being loaded with the SDK's operators, which name its clients and make none: it took 60 ms in each process of a job.
import Module, { createRequire } from "node:module";

type Exports = Record<string, unknown>;
type Constructor = new (...args: never[]) => object;

const ofSdk = createRequire(require.resolve("apache-beam/pvalue"));

/**
 * Puts a stand-in where a module would be.
 * @param exportOf what it exports by a name; `real` loads the module itself
 */
function standIn(name: string, exportOf: (name: string, real: () => Exports) => unknown): void {
  const file = ofSdk.resolve(name);
  if (ofSdk.cache[file] !== undefined) return;
  const stand = new Module(file);
  const real = (): Exports => {
    if (ofSdk.cache[file] === stand) delete ofSdk.cache[file];
    return ofSdk(file) as Exports;
  };
  stand.loaded = true;
  stand.exports = new Proxy<Exports>(
    {},
    {
      get: (_, key) => (key === "__esModule" ? true : exportOf(String(key), real)),
    },
  );
  ofSdk.cache[file] = stand;
}

standIn("@grpc/grpc-js", (name, real) => real()[name]);

// Its classes are asked for when a module that may make one is loaded.
standIn(
  "apache-beam/proto/beam_fn_api.grpc-client",
  (name, real) =>
    new Proxy(class {}, {
      construct: (_, args: never[]) => new (real()[name] as Constructor)(...args),
    }),
);
