// A runner under test: runs pipelines on it and gathers what comes out of them.
//
// Whatever process a DoFn runs in, what it finds out reaches the test through files in a folder of the job: results are
// brought together by one last grouping and written by one write. Nothing is written twice unless the runner does so.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import "../../../sdk";
import type { PCollection, Root } from "apache-beam/pvalue";
import { groupByKey } from "apache-beam/transforms/internal";
import { paneInfoParam, timestampParam, windowParam } from "apache-beam/transforms/pardo";
import { withName } from "apache-beam/transforms/transform";
import { windowInto } from "apache-beam/transforms/window";
import { globalWindows } from "apache-beam/transforms/windowings";
import type { Metrics, PipelineBuilder, RunOptions } from "../../../runners";
import { asyncParDo, jsonCoder } from "../../../transforms";
import { keyedCoder } from "./groups";
import { ObserveFn, ToOneKeyFn, WriteResultsFn, type Observed } from "./results";
import type { ReadyRunner, Row } from "./runners";

/** Outputs of a pipeline, by labels. */
type Outputs = Record<string, PCollection<unknown>>;

/** One row of the table, for the tests of a `describe` block. */
export class UnderTest {
  private ready: ReadyRunner | undefined;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "beam-predict-conformance-"));
  private jobs = 0;

  /** Its runner is started before the first test of the block and stopped after the last one. */
  constructor(readonly row: Row) {
    beforeAll(async () => {
      this.ready = await row.start();
    }, 120_000);
    afterAll(async () => {
      await this.ready?.stop();
      rmSync(this.folder, { recursive: true });
    });
  }

  /** A new folder, for what DoFns and tests tell each other. */
  newFolder(): string {
    const folder = path.join(this.folder, String(this.jobs++));
    mkdirSync(folder);
    return folder;
  }

  /** Runs a pipeline. */
  run(pipeline: PipelineBuilder, options?: RunOptions): Promise<Metrics> {
    return this.ready!.runner.run(pipeline, options);
  }

  /** Runs a pipeline that fails; gives its error, and the whole text of it where the error says where that is. */
  async failureOf(pipeline: PipelineBuilder): Promise<{ error: Error; whole: string | undefined }> {
    const failed = await this.run(pipeline).then(
      () => new Error("The job has succeeded."),
      (reason: unknown) => reason,
    );
    const error = failed as Error;
    const [, file] = /^The whole text of the failure: (.*)$/m.exec(error.message) ?? [];
    if (file === undefined) return { error, whole: undefined };
    const whole = readFileSync(file, "utf8");
    rmSync(path.dirname(file), { recursive: true });
    return { error, whole };
  }

  /** Whether a DoFn has left a file in its folder. */
  isGateReached(folder: string): boolean {
    return readdirSync(folder).length > 0;
  }

  /** Runs a pipeline and gives the elements of its output, in the order of their JSON. */
  async collect<T>(build: (root: Root) => PCollection<T>, options?: RunOptions): Promise<T[]> {
    return (await this.collectWithMetrics(build, options)).elements;
  }

  /** Runs a pipeline and gives the elements of its output and its metrics. */
  async collectWithMetrics<T>(
    build: (root: Root) => PCollection<T>,
    options: RunOptions = {},
  ): Promise<{ elements: T[]; metrics: Metrics }> {
    let metrics: Metrics = {};
    const onMetrics = (latest: Metrics): void => {
      metrics = latest;
      options.onMetrics?.(latest);
    };
    const { out } = await this.collectAll((root) => ({ out: build(root) }), { ...options, onMetrics });
    return { elements: out as T[], metrics };
  }

  /** Runs a pipeline and gives the elements of each of its outputs. */
  async collectAll(build: (root: Root) => Outputs, options?: RunOptions): Promise<Record<string, unknown[]>> {
    const observed = await this.observeAll(build, options);
    return Object.fromEntries(
      Object.entries(observed).map(([label, elements]) => [label, elements.map(({ value }) => value)]),
    );
  }

  /** Runs a pipeline and gives the elements of its output with their windows and timestamps. */
  async observe(build: (root: Root) => PCollection<unknown>): Promise<Observed[]> {
    return (await this.observeAll((root) => ({ out: build(root) }))).out;
  }

  /** Runs a pipeline and gives the elements of each of its outputs with their windows and timestamps. */
  async observeAll(
    build: (root: Root) => Outputs,
    options?: RunOptions,
  ): Promise<Record<string, Observed[]>> {
    const folders: Record<string, string> = {};
    await this.run((root) => {
      for (const [label, output] of Object.entries(build(root))) {
        folders[label] = this.newFolder();
        output.apply(withName(`results ${label}`, resultsTo(folders[label])));
      }
    }, options);
    return Object.fromEntries(Object.entries(folders).map(([label, folder]) => [label, readResults(folder)]));
  }
}

function resultsTo(folder: string) {
  return (output: PCollection<unknown>): PCollection<never> =>
    output
      .apply(
        asyncParDo(new ObserveFn(), jsonCoder<Observed>(), {
          window: windowParam(),
          timestamp: timestampParam(),
          pane: paneInfoParam(),
        }),
      )
      .apply(windowInto(globalWindows()))
      .apply(asyncParDo(new ToOneKeyFn(), keyedCoder<Observed>()))
      .apply(groupByKey())
      .apply(asyncParDo(new WriteResultsFn(folder), jsonCoder<never>()));
}

/** What was written: nothing where there were no elements, or all of them once. */
function readResults(folder: string): Observed[] {
  const files = readdirSync(folder);
  expect(files.length).toBeLessThan(2);
  if (files.length === 0) return [];
  const results = JSON.parse(readFileSync(path.join(folder, files[0]), "utf8")) as Observed[];
  const sortable = results.map((result) => [JSON.stringify(result), result] as const);
  return sortable.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, result]) => result);
}
