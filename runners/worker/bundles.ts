// The bundles that a worker runs at the moment, and the operators that wait for the next ones.
import type { InstructionResponse, ProcessBundleRequest } from "apache-beam/proto/beam_fn_api";
import type { ProcessBundleSplitRequest, ProcessBundleSplitResponse } from "apache-beam/proto/beam_fn_api";
import { BundleProcessor, type BundleConnections } from "./bundle_processor";
import { deliver } from "./data/data_channels";
import type { Inboxes } from "./data/inboxes";
import type { Descriptors } from "./descriptors";
import { WorkerError } from "./errors";
import type { MonitoringInfos, MonitoringReport } from "./metrics/monitoring_infos";

type Processed = Extract<InstructionResponse["response"], { oneofKind: "processBundle" }>["processBundle"];

/** The bundles of a worker. */
export class Bundles {
  /** Those that have begun; without a processor while the descriptor is on its way. */
  private readonly open = new Map<string, BundleProcessor | undefined>();
  /** Processors at rest, by descriptor. */
  private readonly resting = new Map<string, BundleProcessor[]>();
  private lastEnd = performance.now();

  constructor(
    private readonly descriptors: Descriptors,
    private readonly inboxes: Inboxes,
    private readonly infos: MonitoringInfos,
    private readonly connections: BundleConnections,
  ) {}

  /** For how many milliseconds there has been no bundle. */
  get idleMs(): number {
    return this.open.size > 0 ? 0 : performance.now() - this.lastEnd;
  }

  /**
   * Runs a bundle to its end.
   * @throws what made it fail
   */
  async process(instructionId: string, request: ProcessBundleRequest): Promise<Processed> {
    if (this.open.has(instructionId)) throw new WorkerError(`Bundle '${instructionId}' has begun before.`);
    this.open.set(instructionId, undefined);
    try {
      const processor = await this.processorOf(request.processBundleDescriptorId);
      this.open.set(instructionId, processor);
      const inbox = this.inboxes.open(instructionId, processor.sourceEndpoints);
      for (const endpoint of processor.sourceEndpoints) this.connections.senderTo(endpoint);
      if (request.elements !== undefined) deliver(request.elements, "control", this.inboxes);
      await processor.process(instructionId, inbox);
      const report = processor.report(this.infos);
      this.rest(processor);
      return { ...report, residualRoots: [], requiresFinalization: false };
    } finally {
      this.open.delete(instructionId);
      this.lastEnd = performance.now();
      this.inboxes.close(instructionId);
    }
  }

  /** What a bundle has counted so far: nothing, when it has not begun or is over. */
  progress(instructionId: string): MonitoringReport {
    return this.open.get(instructionId)?.report(this.infos) ?? { monitoringInfos: [], monitoringData: {} };
  }

  /** Gives back a part of a bundle where that can be done, or nothing. */
  split(request: ProcessBundleSplitRequest): ProcessBundleSplitResponse {
    const processor = this.open.get(request.instructionId);
    return processor?.split(request) ?? { primaryRoots: [], residualRoots: [], channelSplits: [] };
  }

  private async processorOf(descriptorId: string): Promise<BundleProcessor> {
    const descriptor = await this.descriptors.get(descriptorId);
    return this.resting.get(descriptorId)?.pop() ?? new BundleProcessor(descriptor, this.connections);
  }

  private rest(processor: BundleProcessor): void {
    const { id } = processor.descriptor;
    const resting = this.resting.get(id);
    if (resting === undefined) this.resting.set(id, [processor]);
    else resting.push(processor);
  }
}
