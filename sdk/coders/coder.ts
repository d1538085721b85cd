// What the mended coders stand on: the SDK's types, and how methods are put in the place of the SDK's own.
import type { Coder } from "apache-beam/coders/coders";

/** What coders write into and read from: those of protobufjs. */
export type Writer = Parameters<Coder<unknown>["encode"]>[1];
export type Reader = Parameters<Coder<unknown>["decode"]>[0];

/** The two methods of a coder that matter once a pipeline is built. */
export type Codec<T> = Pick<Coder<T>, "encode" | "decode">;

/**
 * Puts methods in the place of a class's own. Every instance has them, those too that the SDK has made or makes itself
 * and those that its registry makes: the class stays the same one, so `instanceof` does as well.
 */
export function mend<T>(coder: { prototype: Coder<T> }, methods: Partial<Codec<T>>): void {
  Object.assign(coder.prototype, methods);
}

/** A coder that is used inside another one alone and so has no name in pipelines. */
export function innerCoder<T>(codec: Codec<T>): Coder<T> {
  return {
    ...codec,
    toProto() {
      throw new Error("This coder is a part of another one: it has no name in pipelines.");
    },
  };
}
