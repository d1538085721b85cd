// The SDK's direct runner, in this process: one bundle on one thread, groups in memory. Good for small data.
import "../../sdk";
import { directRunner } from "apache-beam/runners/direct_runner";
import { aborted } from "../aborted";
import { buildPipeline } from "../build";
import { LiveMetrics } from "../live_metrics";
import type { Metrics, PipelineBuilder, PipelineRunner, RunOptions } from "../runner";
import { checkSupported } from "../unsupported";

/** Runs pipelines on the SDK's direct runner. */
export class SdkDirectRunner implements PipelineRunner {
  /**
   * Runs a pipeline to its end.
   * @throws CodeTravelError, UnsupportedPipelineError before anything runs
   * @throws what a DoFn threw
   */
  async run(
    builder: PipelineBuilder,
    { onMetrics, onStageMetrics, signal }: RunOptions = {},
  ): Promise<Metrics> {
    const pipeline = await buildPipeline(builder);
    checkSupported(pipeline, { runner: "sdk-direct", features: [] });
    // The runner itself gives metrics out only at the end, and cuts them to 32 bits; so they are watched where they are.
    const live = new LiveMetrics(onMetrics);
    const restoreConsole = muteSdk();
    try {
      const running = directRunner().runPipeline(pipeline);
      // The SDK's runner can't be stopped; whoever aborts is about to end the process.
      await Promise.race([running, aborted(signal)]);
      const metrics = live.sums();
      onMetrics?.(metrics);
      onStageMetrics?.(live.ofStages(pipeline));
      return metrics;
    } finally {
      live.stop();
      restoreConsole();
    }
  }
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
