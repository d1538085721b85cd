// How job services are called.
import { credentials, type ChannelOptions, type ClientUnaryCall, type ServiceError } from "@grpc/grpc-js";

export const CREDENTIALS = credentials.createInsecure();

export const CHANNEL_OPTIONS: ChannelOptions = {
  // A pipeline may be larger than the 4 MiB that are the default, and so may its errors.
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  // A job server is not behind a web proxy.
  "grpc.enable_http_proxy": 0,
};

/** A method of a client that gives one answer. */
export type UnaryMethod<Request, Response> = (
  request: Request,
  callback: (error: ServiceError | null, response?: Response) => void,
) => ClientUnaryCall;

/** Calls a method. */
export function call<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method(request, (error, response) => {
      if (error !== null) reject(error);
      else resolve(response!);
    });
  });
}
