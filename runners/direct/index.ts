// The direct runner: this machine's cores, each with a worker process, and files for what goes from one to another.
import { rmSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import "../../sdk";
import { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import type { Components, Pipeline } from "apache-beam/proto/beam_runner_api";
import { getRegisteredModules } from "apache-beam/serialization";
import { aborted } from "../aborted";
import { buildPipeline } from "../build";
import { writeFailureLog } from "../failure_log";
import { JobFailedError } from "../portable/errors";
import { PLAIN_ERRORS } from "../portable/failure_text";
import type { Metrics, PipelineBuilder, PipelineRunner, RunnerOptions, RunOptions } from "../runner";
import { checkSupported } from "../unsupported";
import { takeEarlyWorker } from "./early_worker";
import type { FromWorker, StageMessage, WorkerSettings } from "./messages";
import { describeStage } from "./plan/descriptor";
import { replaceComposites } from "./plan/composites";
import { primitivesOf } from "./plan/primitives";
import { planStages, type Stage } from "./plan/stages";
import { Scheduler, type SchedulerOptions } from "./scheduler";
import { makeTemporaryFolder } from "./temporary_folder";
import { WorkerProcess } from "./worker_process";

/** Partitions of what is shuffled: several a worker, so that none waits long for the others. */
const PARTITIONS = 64;

/** Runs pipelines on this machine. */
export class DirectRunner implements PipelineRunner {
  constructor(private readonly options: Pick<RunnerOptions, "directNumWorkers" | "memoryLimit"> = {}) {}

  /**
   * Runs a pipeline to its end.
   * @throws CodeTravelError, UnsupportedPipelineError before anything runs
   * @throws JobFailedError with what made it fail, WorkerDiedError for a bundle that ends the processes that run it
   */
  async run(
    builder: PipelineBuilder,
    { onMetrics, onStageMetrics, signal }: RunOptions = {},
  ): Promise<Metrics> {
    // A process takes as long to be ready as a pipeline to be built.
    const first = takeEarlyWorker() ?? new WorkerProcess();
    let scheduler: Scheduler | undefined;
    let folder: string | undefined;
    try {
      const pipeline = await buildPipeline(builder);
      checkSupported(pipeline, { runner: "direct", features: ["merging windows"] });
      folder = makeTemporaryFolder();
      scheduler = this.scheduler(pipeline, folder, first, onMetrics);
      const counted = await Promise.race([scheduler.run(), aborted(signal)]);
      const metrics = counted.counters();
      onMetrics?.(metrics);
      onStageMetrics?.(counted.ofStages(pipeline));
      return metrics;
    } finally {
      await (scheduler ?? first).stop();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }

  private scheduler(
    pipeline: Pipeline,
    folder: string,
    first: WorkerProcess,
    onMetrics: RunOptions["onMetrics"],
  ): Scheduler {
    const components = replaceComposites(pipeline.components!);
    const workers = this.options.directNumWorkers ?? availableParallelism();
    const options: SchedulerOptions = {
      stages: planStages(primitivesOf(components)),
      describe: stageDescriber(components),
      begin: { kind: "begin", modules: getRegisteredModules(), settings: this.settings(folder, workers) },
      workers,
      onMetrics,
      explain: (failure) => explain(failure, pipeline),
    };
    return new Scheduler(options, first);
  }

  private settings(folder: string, workers: number): WorkerSettings {
    const { memoryLimit = totalmem() / 4 } = this.options;
    const share = memoryLimit / workers;
    const [writeBudget, groupBudget, keepBudget] = [share / 8, share / 4, share / 8];
    return { folder, partitions: PARTITIONS, writeBudget, groupBudget, keepBudget };
  }
}

/** What workers are told of each stage, made when it is first asked for. */
function stageDescriber(components: Components): (stage: Stage) => StageMessage {
  const known = new Map<Stage, StageMessage>();
  return (stage) => {
    let message = known.get(stage);
    if (message === undefined) {
      const { id, root } = stage;
      message = {
        kind: "stage",
        id,
        descriptor: ProcessBundleDescriptor.toBinary(describeStage(stage, components)),
        root: root.kind === "impulse" ? undefined : JSON.stringify(root.border),
      };
      known.set(stage, message);
    }
    return message;
  };
}

function explain(
  { name, message, details, transform }: Extract<FromWorker, { kind: "failed" }>,
  { components }: Pipeline,
): Error {
  if (!PLAIN_ERRORS.test(name)) return new JobFailedError(message, { details, origin: name });
  const stage = components?.transforms[transform ?? ""]?.uniqueName;
  const reason = `${stage === undefined ? "" : `Stage '${stage}': `}${name}: ${message}`;
  return new JobFailedError(`${reason}\nThe whole text of the failure: ${writeFailureLog(details)}`, {
    details,
  });
}
