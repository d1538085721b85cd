// Spreads predictions over a fixed number of shards, by their records, so that a repeated attempt spreads them alike.
import "../../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { KV } from "apache-beam/values";
import type { AsyncDoFn } from "../async_pardo";
import {
  encodePredictionBlock,
  PredictionBlockBuilder,
  type PredictionBlock,
} from "../blocks/prediction_block";
import { hash53 } from "../../storage";

export class AssignShardsFn implements AsyncDoFn<PredictionBlock, KV<number, Uint8Array>> {
  beamName = "assignShards";
  constructor(readonly shards: number) {}

  *process(block: PredictionBlock): Generator<KV<number, Uint8Array>> {
    const { bytes, ends } = block.records;
    const builders = new Map<number, PredictionBlockBuilder>();
    for (let i = 0; i < ends.length; i++) {
      const key = hash53(bytes, block.records.start(i), ends[i]) % this.shards;
      let builder = builders.get(key);
      if (builder === undefined) builders.set(key, (builder = new PredictionBlockBuilder()));
      builder.addFrom(block, i);
    }
    for (const [key, builder] of builders) yield { key, value: encodePredictionBlock(builder) };
  }
}

requireForSerialization("beam-predict/transforms", { AssignShardsFn });
