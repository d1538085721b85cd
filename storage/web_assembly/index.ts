// The door to WebAssembly: code that is kept as text, and the memory that it works on.

/** There is no type of it where there is no DOM. */
interface Platform {
  Memory: new (options: { initial: number }) => Memory;
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: object };
}
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): void;
}
const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Platform }).WebAssembly;

const PAGE = 1 << 16;

/** Memory of so many bytes at first. What is not written to yet takes none of the machine's. */
export function newMemory(bytes: number): Memory {
  return new Memory({ initial: Math.ceil(bytes / PAGE) });
}

/**
 * Sees to it that there are so many bytes; then its buffer is another one.
 * @throws RangeError where there is no room for them
 */
export function reserve(memory: Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

/**
 * Code at work on a memory.
 * @param code as `npm run assembly` keeps it, in base64
 * @returns what it exports
 */
export function instantiate<Exports extends object>(code: string, memory: Memory): Exports {
  const instance = new Instance(new Module(Buffer.from(code, "base64")), { env: { memory } });
  return instance.exports as Exports;
}
