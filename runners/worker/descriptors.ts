// What bundles consist of, asked of the runner once.
import "../../sdk";
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import type { BeamFnControlClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import { workerMetadata } from "./connection/options";
import { WorkerError } from "./errors";

/** The process bundle descriptors of a worker. */
export class Descriptors {
  private readonly descriptors = new Map<string, Promise<ProcessBundleDescriptor>>();

  constructor(
    private readonly client: BeamFnControlClient,
    private readonly workerId: string,
  ) {}

  /**
   * Gives a descriptor. One that could not be had is asked for again the next time.
   * @throws WorkerError
   */
  get(id: string): Promise<ProcessBundleDescriptor> {
    let descriptor = this.descriptors.get(id);
    if (descriptor === undefined) {
      descriptor = this.fetch(id);
      descriptor.catch(() => this.descriptors.delete(id));
      this.descriptors.set(id, descriptor);
    }
    return descriptor;
  }

  /** Takes in a descriptor that the runner has sent of its own accord. */
  add(descriptor: ProcessBundleDescriptor): void {
    this.descriptors.set(descriptor.id, Promise.resolve(descriptor));
  }

  private fetch(id: string): Promise<ProcessBundleDescriptor> {
    return new Promise((resolve, reject) => {
      const request = { processBundleDescriptorId: id };
      this.client.getProcessBundleDescriptor(request, workerMetadata(this.workerId), (error, descriptor) => {
        if (descriptor !== undefined && error === null) resolve(descriptor);
        else
          reject(
            new WorkerError(`The runner did not give the descriptor '${id}'.`, { cause: error ?? undefined }),
          );
      });
    });
  }
}
