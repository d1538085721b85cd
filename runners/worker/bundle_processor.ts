// Runs bundles of one descriptor, one at a time.
import type { ProcessBundleDescriptor, ProcessBundleSplitRequest } from "apache-beam/proto/beam_fn_api";
import type { ProcessBundleSplitResponse } from "apache-beam/proto/beam_fn_api";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import type { IOperator } from "apache-beam/worker/operators";
import type { Inbox } from "./data/inbox";
import { BadElementsError } from "./errors";
import { BundleMetrics } from "./metrics/bundle_metrics";
import type { MonitoringInfos, MonitoringReport } from "./metrics/monitoring_infos";
import { SINK_URN, SinkOperator, type SinkConnections } from "./data/sink_operator";
import { SOURCE_URN, SourceOperator } from "./data/source_operator";
import { buildOperators } from "./operator_graph";
import { inStage } from "./stage_receiver";
import { BundleState } from "./state/bundle_state";
import type { StateChannels } from "./state/state_channels";

/** What bundles talk to the runner through. */
export interface BundleConnections extends SinkConnections {
  readonly states: StateChannels;
}

/** The operators of a descriptor at work. One that has failed is not used again. */
export class BundleProcessor {
  private readonly bundle = { instructionId: "" };
  private readonly metrics = new BundleMetrics();
  private readonly operators: readonly IOperator[];
  private readonly sources = new Map<string, SourceOperator>();
  private state: BundleState | undefined;

  constructor(
    readonly descriptor: ProcessBundleDescriptor,
    private readonly connections: BundleConnections,
  ) {
    const { bundle, metrics } = this;
    const getState = (): BundleState => (this.state ??= this.newState());
    this.operators = buildOperators(descriptor, { bundle, metrics, getState }, this.ends());
  }

  /** The endpoints that the elements come from. */
  get sourceEndpoints(): string[] {
    return [...this.sources.values()].map(({ endpoint }) => endpoint);
  }

  /**
   * Runs a bundle: every element of the inbox, one after the other, up to the last one of each source.
   * @throws what made the bundle fail
   */
  async process(instructionId: string, inbox: Inbox): Promise<void> {
    this.bundle.instructionId = instructionId;
    this.metrics.reset();
    this.state = undefined;
    const { operators } = this;
    // Whoever gets elements is ready before those who send them.
    for (const operator of operators.toReversed())
      await this.inStageOf(operator, () => operator.startBundle());
    await this.processElements(inbox);
    for (const operator of operators) await this.inStageOf(operator, () => operator.finishBundle());
  }

  /** What was counted so far. */
  report(infos: MonitoringInfos): MonitoringReport {
    return infos.report(this.metrics, this.sources.values());
  }

  /** Gives elements back that have not begun; where there are several sources, none. */
  split({ desiredSplits }: ProcessBundleSplitRequest): ProcessBundleSplitResponse {
    const [source, ...others] = this.sources.values();
    const desired = others.length === 0 ? desiredSplits[source.transformId] : undefined;
    const split = desired && source.split(desired);
    return { primaryRoots: [], residualRoots: [], channelSplits: split === undefined ? [] : [split] };
  }

  private async processElements(inbox: Inbox): Promise<void> {
    const open = new Set(this.sources.keys());
    while (open.size > 0) {
      const { transformId, data, isLast, timerFamilyId } = await inbox.next();
      const source = this.sources.get(transformId);
      if (timerFamilyId !== undefined)
        throw new BadElementsError(`Timers arrived for ${transformId}, which has none.`);
      if (source === undefined) {
        throw new BadElementsError(
          `Elements arrived for '${transformId}', which is no source of this bundle.`,
        );
      }
      if (!open.has(transformId))
        throw new BadElementsError(`Elements arrived for ${transformId} after its last ones.`);
      await this.inStageOf(source, () => source.processEncoded(data));
      if (isLast) open.delete(transformId);
    }
    if (!inbox.isEmpty) throw new BadElementsError("Elements arrived after the last ones of the bundle.");
  }

  /** Elements come and go over the data plane. */
  private ends(): Parameters<typeof buildOperators>[2] {
    const isSource = ({ spec }: PTransform): boolean => spec?.urn === SOURCE_URN;
    const { transforms } = this.descriptor;
    return {
      roots: Object.keys(transforms).filter((id) => isSource(transforms[id])),
      make: (id, transform, context) => {
        if (transform.spec?.urn === SINK_URN)
          return new SinkOperator(id, transform, context, this.connections);
        if (!isSource(transform)) return undefined;
        const source = new SourceOperator(id, transform, context);
        this.sources.set(id, source);
        return source;
      },
    };
  }

  private inStageOf(operator: IOperator, work: () => Promise<void>): Promise<void> {
    return inStage({ bundle: this.bundle, transformId: operator.transformId }, work);
  }

  private newState(): BundleState {
    const endpoint = this.descriptor.stateApiServiceDescriptor?.url;
    const { instructionId } = this.bundle;
    return new BundleState(async (key) => {
      if (endpoint === undefined)
        throw new Error("The runner has named no endpoint for side inputs and state.");
      return this.connections.states.get(endpoint).get(instructionId, key);
    });
  }
}
