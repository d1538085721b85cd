// A job's counters, from what its engine gives out.
import { readVarint } from "../../sdk";
import type { MetricResults } from "apache-beam/proto/beam_job_api";
import { Reader } from "protobufjs";
import type { Metrics } from "../runner";

const USER_COUNTER = "beam:metric:user:sum_int64:v1";

/**
 * The sums of the user's counters by name. What was committed counts; Beam's Java runners give out one kind only, which
 * they call attempted, and which leaves out what attempts counted that failed.
 */
export function countersOf({ committed, attempted }: MetricResults): Metrics {
  const sums: Record<string, number> = {};
  for (const { urn, labels, payload } of committed.length > 0 ? committed : attempted) {
    if (urn === USER_COUNTER)
      sums[labels.NAME] = (sums[labels.NAME] ?? 0) + Number(readVarint(new Reader(payload)));
  }
  return sums;
}
