// Elements with keys, and their groups.
import "../../../sdk";
import { KVCoder } from "apache-beam/coders/required_coders";
import { StrUtf8Coder } from "apache-beam/coders/standard_coders";
import type { PCollection, PValue } from "apache-beam/pvalue";
import { requireForSerialization } from "apache-beam/serialization";
import { withName, type PTransform } from "apache-beam/transforms/transform";
import { jsonCoder, type AsyncDoFn } from "../../../transforms";

/** A transform with a name; the SDK says of what its combines give only that it is anything. */
export function named<In, Out = unknown>(
  name: string,
  transform: PTransform<PCollection<In>, PValue<unknown>>,
): PTransform<PCollection<In>, PCollection<Out>> {
  return withName(name, transform as PTransform<PCollection<In>, PCollection<Out>>);
}

/** Elements with a key, by which they can be grouped. */
export function keyedCoder<T>(): KVCoder<string, T> {
  return new KVCoder(new StrUtf8Coder(), jsonCoder<T>());
}

export interface Group<Key = unknown> {
  key: Key;
  value: Iterable<number>;
}

/** Gives numbers the rest of a division as their key. */
export class KeyByFn implements AsyncDoFn<number, { key: string; value: number }> {
  constructor(readonly divisor: number) {}
  *process(value: number): Generator<{ key: string; value: number }> {
    yield { key: String(value % this.divisor), value };
  }
}

/** Gives a group as its key and its values in order. */
export class SortGroupFn implements AsyncDoFn<Group, [key: unknown, values: number[]]> {
  *process({ key, value }: Group): Generator<[key: unknown, values: number[]]> {
    yield [key, [...value].sort((a, b) => a - b)];
  }
}

requireForSerialization(__filename, { KeyByFn, SortGroupFn });
