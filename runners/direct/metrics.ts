// What tasks count, and the sums over all of them.
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import type { MetricsContainer } from "apache-beam/worker/metrics";
import type { DistributionValue, Metrics, StageMetric } from "../runner";

const USER_COUNTER = "beam:metric:user:sum_int64:v1";
const USER_DISTRIBUTION = "beam:metric:user:distribution_int64:v1";

/** A counter or a distribution of one transform, in one task. */
export interface TaskMetric {
  readonly transform: string;
  readonly name: string;
  readonly value: number | DistributionValue;
}

/** What a container's metrics of the user are at. */
export function metricsIn({ metrics }: MetricsContainer): TaskMetric[] {
  return [...metrics].flatMap(([key, { name, transformId, value, is_set }]) => {
    const isUsers = key.startsWith(USER_COUNTER) || key.startsWith(USER_DISTRIBUTION);
    if (!isUsers || !is_set || name === undefined || transformId === undefined) return [];
    return [{ transform: transformId, name, value: value.extract() as TaskMetric["value"] }];
  });
}

/** Sums over tasks. */
export class MetricSums {
  private readonly sums = new Map<string, TaskMetric>();

  add(metrics: readonly TaskMetric[]): void {
    for (const metric of metrics) {
      const key = `${metric.transform}\n${metric.name}`;
      const known = this.sums.get(key);
      this.sums.set(
        key,
        known === undefined ? metric : { ...metric, value: plus(known.value, metric.value) },
      );
    }
  }

  /** The counters by name, with those of tasks that are not done. */
  counters(unfinished: Iterable<readonly TaskMetric[]> = []): Metrics {
    const counters: Record<string, number> = {};
    for (const metrics of [this.sums.values(), ...unfinished])
      for (const { name, value } of metrics)
        if (typeof value === "number") counters[name] = (counters[name] ?? 0) + value;
    return counters;
  }

  /** All of them, with the names of their stages. */
  ofStages({ components }: Pipeline): StageMetric[] {
    return [...this.sums.values()].map(({ transform, name, value }) => {
      return { stage: components?.transforms[transform]?.uniqueName ?? transform, name, value };
    });
  }
}

function plus(a: TaskMetric["value"], b: TaskMetric["value"]): TaskMetric["value"] {
  if (typeof a === "number" || typeof b === "number") return Number(a) + Number(b);
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}
