// Spreads predictions over a fixed number of shards, by their records, so that a repeated attempt spreads them alike.
import "../../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { KV } from "apache-beam/values";
import type { AsyncDoFn } from "../async_pardo";
import { encodePredictionBlock, pickRows, type PredictionBlock } from "../blocks/prediction_block";
import { hash53 } from "../../storage";

export class AssignShardsFn implements AsyncDoFn<PredictionBlock, KV<number, Uint8Array>> {
  beamName = "assignShards";
  constructor(readonly shards: number) {}

  *process(block: PredictionBlock): Generator<KV<number, Uint8Array>> {
    const { bytes, ends } = block.records;
    const rowsOf = new Map<number, number[]>();
    for (let i = 0; i < ends.length; i++) {
      const key = hash53(bytes, block.records.start(i), ends[i]) % this.shards;
      const rows = rowsOf.get(key);
      if (rows === undefined) rowsOf.set(key, [i]);
      else rows.push(i);
    }
    for (const [key, rows] of rowsOf) yield { key, value: encodePredictionBlock(pickRows(block, rows)) };
  }
}

requireForSerialization("beam-predict/transforms", { AssignShardsFn });
