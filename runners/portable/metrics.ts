// A job's counters and distributions, from what its engine gives out.
import type { MetricResults } from "apache-beam/proto/beam_job_api";
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
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

/** Whole numbers of 64 bits, one after the other; the SDK's coder cuts them to 32. */
function decodeVarints(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte > 0x7f) continue;
    numbers.push(Number(BigInt.asIntN(64, value)));
    value = shift = 0n;
  }
  return numbers;
}
