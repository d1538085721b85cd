// The bundle of a worker: the application, the packages that it needs, the command that starts it, in one archive.
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { globSync } from "tinyglobby";
import { writeArchive, type ArchiveFile } from "./archive";
import { WorkerBundleError } from "./errors";
import { filesUnder, isRun } from "./files";
import { Packages, readPackage } from "./packages";
import { isNative, isOfOtherPlatform, type Platform } from "./platform";
import { Project } from "./project";

export interface WorkerBundleOptions {
  /** The archive to write, a .tar.gz. */
  output: string;
  /** What the nodes run on. */
  platform: Platform;
  /** Modules of models, as they are named here and on the worker: paths from the folder, or installed packages. */
  modules?: readonly string[];
  /** Files and folders of the project that go along; modules with what they import. */
  include?: readonly string[];
  /** Whether this process' Node goes along, so that nodes need none. */
  withNode?: boolean;
  /** The folder of the project. Default: the current one. */
  folder?: string;
  onProgress?: (progress: BundleProgress) => void;
  /** Ends the packing: nothing is left of it. */
  signal?: AbortSignal;
}

export interface BundleProgress {
  packages: number;
  files: number;
  /** Of the files: all of them, and those that are packed so far. */
  bytes: number;
  packedBytes: number;
}

/** This package: its code is in `dist/runners/worker_bundle/`. */
const APPLICATION = path.join(__dirname, "../../..");
/** Beside the sources of this file; they are not compiled. */
const SOURCES = path.join(APPLICATION, "runners/worker_bundle");

/**
 * Writes a bundle. Unpacked anywhere on a node, its `bin/worker` is the command of a worker.
 * @returns the size of the archive, in bytes
 * @throws WorkerBundleError when something is not installed or not found, or the platform has no native code
 */
export async function writeWorkerBundle(options: WorkerBundleOptions): Promise<number> {
  const { output, platform, onProgress } = options;
  if (options.withNode && (platform.os !== process.platform || platform.arch !== process.arch)) {
    throw new WorkerBundleError(
      `--with_node takes this machine's Node, which is of ${process.platform}/${process.arch}. ` +
        `Leave it out, and install Node on the nodes.`,
    );
  }
  const name = readPackage(APPLICATION).name!;
  const project = new Project(options.folder ?? process.cwd(), name);
  for (const module of options.modules ?? []) project.addModule(module);
  for (const file of options.include ?? []) project.addPath(file);
  const packages = new Packages(platform);
  packages.add(name, APPLICATION);
  for (const [needed, dir] of [...project.found.packages].sort()) packages.add(needed, dir);
  const placed = packages.list();
  const files = [
    ...placed.flatMap(({ dir, place }) => filesOfPackage(dir, place, platform)),
    ...[...project.found.files].map((file) => fileAt(path.join(project.root, file), file)),
    sourceFile("worker.sh", "bin/worker"),
    sourceFile("Dockerfile", "Dockerfile"),
    ...(options.withNode ? [fileAt(process.execPath, "bin/node")] : []),
  ];
  const progress = { packages: placed.length, files: files.length, bytes: 0, packedBytes: 0 };
  for (const { content } of files) progress.bytes += Buffer.isBuffer(content) ? content.length : content.size;
  onProgress?.(progress);
  await writeArchive(output, files, (bytes) => {
    progress.packedBytes += bytes;
    onProgress?.(progress);
    options.signal?.throwIfAborted();
  });
  return statSync(output).size;
}

function filesOfPackage(dir: string, place: string, platform: Platform): ArchiveFile[] {
  const all = dir === path.resolve(APPLICATION) ? publishedFiles(dir) : filesUnder(dir);
  const files = all.filter((file) => !isOfOtherPlatform(file, platform));
  if (all.some(isNative) && !files.some(isNative)) {
    throw new WorkerBundleError(
      `The package '${readPackage(dir).name}' has no native code for ${platform.os}/${platform.arch} (--platform).`,
    );
  }
  return files.map((file) => fileAt(path.join(dir, file), path.posix.join(place, file)));
}

/** The files that this package gives out: in a clone there are others. */
function publishedFiles(dir: string): string[] {
  const { files = [] } = readPackage(dir);
  return globSync(["package.json", "LICENSE", ...files], { cwd: dir }).filter(isRun);
}

function fileAt(file: string, name: string): ArchiveFile {
  const { size, mode } = statSync(file);
  return { name, content: { file, size }, isExecutable: (mode & 0o111) !== 0 };
}

function sourceFile(source: string, name: string): ArchiveFile {
  return { name, content: readFileSync(path.join(SOURCES, source)), isExecutable: source.endsWith(".sh") };
}
