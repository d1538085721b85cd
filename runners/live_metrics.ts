// What the operators of this process have counted so far, for progress.
import diagnostics_channel from "node:diagnostics_channel";
import "../sdk";
import type { MetricsContainer } from "apache-beam/worker/metrics";
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import type { DistributionValue, Metrics, StageMetric } from "./runner";

const METRICS_INTERVAL_MS = 100;
const USER_COUNTER = "beam:metric:user:sum_int64:v1";
const USER_DISTRIBUTION = "beam:metric:user:distribution_int64:v1";

/**
 * Watches the operators that are made in this process. What attempts that failed have counted is counted too: the
 * sums are for progress, and where a runner has no others.
 */
export class LiveMetrics {
  private readonly containers = new Set<MetricsContainer>();
  /** What containers had that have begun anew, for another bundle. */
  private readonly earlier: Record<string, number> = {};
  private readonly timer: NodeJS.Timeout | undefined;

  /** @param onMetrics called now and then with the sums */
  constructor(onMetrics?: (metrics: Metrics) => void) {
    diagnostics_channel.subscribe("beam-predict:metrics", this.add);
    if (onMetrics !== undefined) this.timer = setInterval(() => onMetrics(this.sums()), METRICS_INTERVAL_MS);
  }

  /** The sums by name. */
  sums(): Record<string, number> {
    const sums = { ...this.earlier };
    for (const container of this.containers) addTo(sums, container, 1);
    return sums;
  }

  /** What each stage of a pipeline that ran as one bundle has counted. */
  ofStages({ components }: Pipeline): StageMetric[] {
    const metrics = [...this.containers].flatMap((container) => [...container.metrics]);
    return metrics.flatMap(([key, { name, transformId, value }]) => {
      const stage = components?.transforms[transformId ?? ""]?.uniqueName;
      const isUsers = key.startsWith(USER_COUNTER) || key.startsWith(USER_DISTRIBUTION);
      if (name === undefined || stage === undefined || !isUsers) return [];
      return [{ stage, name, value: value.extract() as number | DistributionValue }];
    });
  }

  /** Watches no more. */
  stop(): void {
    clearInterval(this.timer);
    diagnostics_channel.unsubscribe("beam-predict:metrics", this.add);
  }

  private readonly add = (published: unknown): void => {
    const container = published as MetricsContainer;
    if (this.containers.has(container)) return;
    this.containers.add(container);
    const reset = container.reset.bind(container);
    container.reset = () => {
      // The SDK's own containers keep their values, and then the difference is nothing.
      addTo(this.earlier, container, 1);
      reset();
      addTo(this.earlier, container, -1);
    };
  };
}

function addTo(sums: Record<string, number>, { metrics }: MetricsContainer, sign: 1 | -1): void {
  for (const [key, { name, value }] of metrics) {
    if (name === undefined || !key.startsWith(USER_COUNTER)) continue;
    sums[name] = (sums[name] ?? 0) + sign * (value.extract() as number);
  }
}
