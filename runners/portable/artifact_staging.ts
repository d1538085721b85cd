// The staging of artifacts, which a job service wants to be gone through. There are none: code is where the workers are.
import "../../sdk";
import type { ArtifactRequestWrapper, ArtifactResponseWrapper } from "apache-beam/proto/beam_artifact_api";
import { ArtifactStagingServiceClient } from "apache-beam/proto/beam_artifact_api.grpc-client";
import { JobFailedError } from "./errors";
import { CHANNEL_OPTIONS, CREDENTIALS } from "./grpc";

/**
 * Answers what a job service asks about the artifacts of a job.
 * @throws JobFailedError when it wants one that is not there
 */
export async function stageArtifacts(endpoint: string, stagingToken: string): Promise<void> {
  const client = new ArtifactStagingServiceClient(endpoint, CREDENTIALS, CHANNEL_OPTIONS);
  const stream = client.reverseArtifactRetrievalService();
  const answer = (response: ArtifactResponseWrapper["response"]): void => {
    stream.write({ stagingToken, isLast: true, response });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      stream.on("data", ({ request }: ArtifactRequestWrapper) => {
        if (request.oneofKind === "resolveArtifact") {
          const replacements = request.resolveArtifact.artifacts;
          answer({ oneofKind: "resolveArtifactResponse", resolveArtifactResponse: { replacements } });
        } else {
          reject(new JobFailedError("The job server wants an artifact, and this job has none."));
        }
      });
      stream.once("error", reject);
      // A service that wants nothing ends the stream at once, without headers.
      stream.once("end", resolve);
      answer({ oneofKind: undefined });
    });
  } finally {
    stream.cancel();
    client.close();
  }
}
