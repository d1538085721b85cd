// Which packages are in a bundle and where: what npm would install, and what require finds.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Packages, readPackage } from "../../../runners/worker_bundle/packages";
import { temporaryFolder } from "../../storage/temporary_folder";
import { LINUX } from "./unpacked";

const ROOT = path.join(__dirname, "../../../..");
const at = temporaryFolder();

/** Writes packages by their folders. */
function install(packages: Record<string, object>): void {
  for (const [folder, json] of Object.entries(packages)) {
    mkdirSync(at(folder), { recursive: true });
    writeFileSync(at(folder, "package.json"), JSON.stringify({ version: "1.0.0", ...json }));
  }
}

/** The places of packages, each with the folder that it comes from. */
function places(packages: Packages): Record<string, string> {
  return Object.fromEntries(packages.list().map(({ dir, place }) => [place, path.relative(at(), dir)]));
}

test("the application's are those of npm's lock file that are not for development, of the same versions", () => {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string; dev?: boolean; devOptional?: boolean; peer?: boolean }>;
  };
  const bundle = new Packages(LINUX);
  bundle.add("beam-predict", ROOT);
  const bundled = new Map(bundle.list().map(({ dir, place }) => [place, readPackage(dir).version]));
  const wanted = Object.entries(packages).filter(([place, { dev }]) => place !== "" && dev !== true);
  const identity = (place: string, version: string | undefined): string =>
    `${place.slice(place.lastIndexOf("node_modules/"))}@${version}`;
  const found = new Set([...bundled].map(([place, version]) => identity(place, version)));
  const missing = wanted
    .filter(([, { devOptional }]) => devOptional !== true)
    .map(([place, { version }]) => identity(place, version))
    .filter((one) => !found.has(one));
  expect(missing).toEqual([]);
  const known = new Set(wanted.map(([place, { version }]) => identity(place, version)));
  expect(
    [...found].filter((one) => !known.has(one) && !one.startsWith("node_modules/beam-predict@")),
  ).toEqual([]);
});

test("what is needed is found from where it is needed, of the version that is found here", () => {
  install({
    app: { name: "app", dependencies: { a: "1", b: "1" } },
    "app/node_modules/a": { name: "a", dependencies: { c: "2" } },
    "app/node_modules/a/node_modules/c": { name: "c", version: "2.0.0", dependencies: { b: "1" } },
    "app/node_modules/b": { name: "b", dependencies: { c: "1", a: "1" } },
    "app/node_modules/c": { name: "c" },
    "app/node_modules/idle": { name: "idle" },
  });
  const packages = new Packages(LINUX);
  packages.add("app", at("app"));
  expect(places(packages)).toEqual({
    "node_modules/a": "app/node_modules/a",
    "node_modules/app": "app",
    "node_modules/b": "app/node_modules/b",
    "node_modules/b/node_modules/c": "app/node_modules/c",
    "node_modules/c": "app/node_modules/a/node_modules/c",
  });
});

test("packages behind links, as pnpm and npm link have them, are found through them", () => {
  install({
    "store/app": { name: "app", dependencies: { a: "1" } },
    "store/a": { name: "a", dependencies: { b: "1" } },
    "store/b": {
      name: "b",
      peerDependencies: { a: "1", gone: "1" },
      peerDependenciesMeta: { gone: { optional: true } },
    },
  });
  for (const [from, to] of [
    ["app", "a"],
    ["a", "b"],
    ["b", "a"],
  ]) {
    mkdirSync(at("store", from, "node_modules"));
    symlinkSync(at("store", to), at("store", from, "node_modules", to));
  }
  const packages = new Packages(LINUX);
  packages.add("app", at("store/app"));
  expect(places(packages)).toEqual({
    "node_modules/a": "store/a",
    "node_modules/app": "store/app",
    "node_modules/b": "store/b",
  });
});

test("optional packages are left out where they are not installed or of another platform", () => {
  install({
    app: { name: "app", optionalDependencies: { gone: "1", mac: "1", any: "1" } },
    "app/node_modules/mac": { name: "mac", os: ["darwin"] },
    "app/node_modules/any": { name: "any", os: ["!win32"], cpu: ["x64", "arm64"] },
  });
  const packages = new Packages(LINUX);
  packages.add("app", at("app"));
  expect(Object.keys(places(packages))).toEqual(["node_modules/any", "node_modules/app"]);
});

test("a package that is not installed is an error that names who needs it", () => {
  install({ app: { name: "app", dependencies: { gone: "1" } } });
  expect(() => new Packages(LINUX).add("app", at("app"))).toThrow(
    "The package 'gone' is not installed, and 'app' needs it. Run npm install.",
  );
});
