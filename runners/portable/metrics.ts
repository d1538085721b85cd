// A job's counters and distributions, from what its engine gives out.
import { readVarint } from "../../sdk";
import type { MetricResults } from "apache-beam/proto/beam_job_api";
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import { Reader } from "protobufjs";
import type { Metrics, StageMetric } from "../runner";

const USER_COUNTER = "beam:metric:user:sum_int64:v1";
const USER_DISTRIBUTION = "beam:metric:user:distribution_int64:v1";

/**
 * The user's metrics of each stage. What was committed counts; Beam's Java runners give out one kind only, which they call
 * attempted, and which leaves out what attempts counted that failed.
 */
export function metricsOfStages({ committed, attempted }: MetricResults, pipeline: Pipeline): StageMetric[] {
  const infos = committed.length > 0 ? committed : attempted;
  return infos.flatMap<StageMetric>(({ urn, labels, payload }) => {
    const stage = pipeline.components?.transforms[labels.PTRANSFORM]?.uniqueName ?? labels.PTRANSFORM;
    if (urn === USER_COUNTER) return [{ stage, name: labels.NAME, value: decodeVarints(payload)[0] }];
    if (urn !== USER_DISTRIBUTION) return [];
    const [count, sum, min, max] = decodeVarints(payload);
    return [{ stage, name: labels.NAME, value: { count, sum, min, max } }];
  });
}

/** The sums of the counters by name. */
export function sumCounters(metrics: readonly StageMetric[]): Metrics {
  const sums: Record<string, number> = {};
  for (const { name, value } of metrics) {
    if (typeof value === "number") sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

/** Whole numbers, one after the other. */
function decodeVarints(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  const reader = new Reader(bytes);
  while (reader.pos < reader.len) numbers.push(Number(readVarint(reader)));
  return numbers;
}
