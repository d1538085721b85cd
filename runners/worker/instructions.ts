// What a worker answers to each instruction of its runner.
import type { InstructionRequest, InstructionResponse } from "apache-beam/proto/beam_fn_api";
import type { Bundles } from "./bundles";
import type { Descriptors } from "./descriptors";
import { describeFailure, WorkerError } from "./errors";
import { Severity, type LogChannel } from "./logging/log_channel";
import { originOf } from "./logging/stage";
import type { MonitoringInfos } from "./metrics/monitoring_infos";

type Response = InstructionResponse["response"];

/** Carries out instructions, any number of them at a time. */
export class Instructions {
  constructor(
    private readonly bundles: Bundles,
    private readonly descriptors: Descriptors,
    private readonly infos: MonitoringInfos,
    private readonly log: LogChannel,
  ) {}

  /** Carries out an instruction. It never rejects: a failure is told in the answer. */
  async carryOut({ instructionId, request }: InstructionRequest): Promise<InstructionResponse> {
    try {
      return { instructionId, error: "", response: await this.respond(instructionId, request) };
    } catch (error) {
      const transformId = originOf(error);
      const message = `Instruction '${request.oneofKind}' failed${transformId === undefined ? "" : ` in ${transformId}`}`;
      this.log.log(Severity.ERROR, message, { instructionId, transformId, error });
      const told = transformId === undefined ? "" : `In ${transformId}: `;
      return { instructionId, error: told + describeFailure(error), response: { oneofKind: undefined } };
    }
  }

  private async respond(instructionId: string, request: InstructionRequest["request"]): Promise<Response> {
    switch (request.oneofKind) {
      case "processBundle": {
        const processBundle = await this.bundles.process(instructionId, request.processBundle);
        return { oneofKind: "processBundle", processBundle };
      }
      case "processBundleProgress": {
        const processBundleProgress = this.bundles.progress(request.processBundleProgress.instructionId);
        return { oneofKind: "processBundleProgress", processBundleProgress };
      }
      case "processBundleSplit":
        return {
          oneofKind: "processBundleSplit",
          processBundleSplit: this.bundles.split(request.processBundleSplit),
        };
      case "finalizeBundle":
        // No DoFn of the SDK can ask for it.
        return { oneofKind: "finalizeBundle", finalizeBundle: {} };
      case "monitoringInfos": {
        const monitoringInfo = this.infos.explain(request.monitoringInfos.monitoringInfoId);
        return { oneofKind: "monitoringInfos", monitoringInfos: { monitoringInfo } };
      }
      case "harnessMonitoringInfos":
        // All that is counted belongs to a bundle.
        return { oneofKind: "harnessMonitoringInfos", harnessMonitoringInfos: { monitoringData: {} } };
      case "register":
        for (const descriptor of request.register.processBundleDescriptor) this.descriptors.add(descriptor);
        return { oneofKind: "register", register: {} };
      case undefined:
      default:
        throw new WorkerError("This worker does not know this instruction.");
    }
  }
}
