// What a worker that was started as a process asks its runner first: the job's options and where to register.
import "../../sdk";
import type { ProvisionInfo } from "apache-beam/proto/beam_provision_api";
import { ProvisionServiceClient } from "apache-beam/proto/beam_provision_api.grpc-client";
import { CHANNEL_OPTIONS, CREDENTIALS, workerMetadata } from "./connection/options";
import { WorkerError } from "./errors";

/**
 * Asks the runner's provision service.
 * @param endpoint HOST:PORT
 * @throws WorkerError
 */
export async function getProvisionInfo(endpoint: string, workerId: string): Promise<ProvisionInfo> {
  const client = new ProvisionServiceClient(endpoint, CREDENTIALS, CHANNEL_OPTIONS);
  try {
    return await new Promise((resolve, reject) => {
      client.getProvisionInfo({}, workerMetadata(workerId), (cause, response) => {
        if (response?.info !== undefined) resolve(response.info);
        else
          reject(
            new WorkerError(`The runner at ${endpoint} gave no provision info.`, {
              cause: cause ?? undefined,
            }),
          );
      });
    });
  } finally {
    client.close();
  }
}
