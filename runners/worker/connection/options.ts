// How the worker's gRPC connections to a runner are made.
import { ChannelCredentials, Metadata, type ChannelOptions } from "@grpc/grpc-js";

/** The credentials of connections within a machine or a cluster's own network: none, as for all SDK workers. */
export const CREDENTIALS = ChannelCredentials.createInsecure();

/** The options of every connection. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  // An element may be as large as memory allows; the defaults end at 4 MiB.
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  // Retries would hold what was sent, and say that it was sent before it was.
  "grpc.enable_retries": 0,
  // A runner is never behind a web proxy.
  "grpc.enable_http_proxy": 0,
  "grpc-node.flow_control_window": 4 * 2 ** 20,
};

/** By this a runner knows which worker calls. */
export function workerMetadata(workerId: string): Metadata {
  const metadata = new Metadata();
  metadata.set("worker_id", workerId);
  return metadata;
}
