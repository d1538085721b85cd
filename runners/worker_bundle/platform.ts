// What the nodes run on, which decides the native code that they get.

/** In Node's words: `process.platform`, `process.arch`. */
export interface Platform {
  os: string;
  arch: string;
}

/** What clusters run on. */
export const DEFAULT_PLATFORM = "linux/x64";

/** Reads `linux/x64`; undefined when it is nothing like it. */
export function parsePlatform(text: string): Platform | undefined {
  const [, os, arch] = /^(linux|darwin|win32)\/([a-z0-9]+)$/.exec(text) ?? [];
  return os === undefined ? undefined : { os, arch };
}

const NATIVE = /(?:^|\/)bin\/napi-v\d+\/([^/]+)\/([^/]+)\//;

/** Whether a file of a package is native code of another platform: packages hold them as `bin/napi-v6/linux/x64/`. */
export function isOfOtherPlatform(file: string, { os, arch }: Platform): boolean {
  const [, fileOs, fileArch] = NATIVE.exec(file) ?? [];
  return fileOs !== undefined && (fileOs !== os || fileArch !== arch);
}

/** Whether it is native code at all, by the same rule. */
export function isNative(file: string): boolean {
  return NATIVE.test(file);
}
