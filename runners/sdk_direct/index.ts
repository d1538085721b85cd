// The SDK's direct runner, in this process: one bundle on one thread, groups in memory. Good for small data.
import diagnostics_channel from "node:diagnostics_channel";
import "../../sdk";
import { directRunner } from "apache-beam/runners/direct_runner";
import type { MetricsContainer } from "apache-beam/worker/metrics";
import { buildPipeline } from "../build";
import type { Metrics, PipelineBuilder, PipelineRunner, RunOptions } from "../runner";

const METRICS_INTERVAL_MS = 100;
const USER_COUNTER = "beam:metric:user:sum_int64:v1";

/** Runs pipelines on the SDK's direct runner. */
export class SdkDirectRunner implements PipelineRunner {
  async run(pipeline: PipelineBuilder, { onMetrics }: RunOptions = {}): Promise<Metrics> {
    // The runner itself gives metrics out only at the end, and cuts them to 32 bits; so they are watched where they are.
    const containers = new Set<MetricsContainer>();
    const add = (container: unknown): unknown => containers.add(container as MetricsContainer);
    diagnostics_channel.subscribe("beam-predict:metrics", add);
    const timer = onMetrics && setInterval(() => onMetrics(sumOf(containers)), METRICS_INTERVAL_MS);
    const restoreConsole = muteSdk();
    try {
      await directRunner().runPipeline(await buildPipeline(pipeline));
      const metrics = sumOf(containers);
      onMetrics?.(metrics);
      return metrics;
    } finally {
      clearInterval(timer);
      restoreConsole();
      diagnostics_channel.unsubscribe("beam-predict:metrics", add);
    }
  }
}

function sumOf(containers: Iterable<MetricsContainer>): Metrics {
  const sums: Record<string, number> = {};
  for (const { metrics } of containers) {
    for (const [key, { name, value }] of metrics) {
      if (name === undefined || !key.startsWith(USER_COUNTER)) continue;
      sums[name] = (sums[name] ?? 0) + (value.extract() as number);
    }
  }
  return sums;
}

/** Keeps the SDK's line about each bundle off the console; what DoFns print stays. */
/* eslint-disable no-console -- it is the console that is mended */
function muteSdk(): () => void {
  const { debug } = console;
  console.debug = (...args: unknown[]): void => {
    if (args[0] !== "Processing ") debug.apply(console, args);
  };
  return () => {
    console.debug = debug;
  };
}
