// Clients of S3: made when they are first needed, once for each settings, and set so that no call hangs for ever.
import { createHash } from "node:crypto";
import type { S3, S3ClientConfig } from "@aws-sdk/client-s3";
import { StorageError } from "../../errors";
import type { S3Settings } from "../settings";
import { Retries } from "./retries";

/** The clients of one store. */
export interface S3Clients {
  /** For calls that are answered soon: no byte either way for 60 s ends a try. */
  quick: S3;
  /** For what a store may take minutes to answer, and for bodies whose reader may take its time (`body.ts` watches them). */
  patient: S3;
  /** The endpoint in words, without user or password; undefined for AWS itself. */
  endpoint?: string;
}

/** Tries of a call, unless AWS_MAX_ATTEMPTS says another number. */
const ATTEMPTS = 8;
const CONNECT_MS = 10_000;
/** Without a byte for so long a try has failed. */
export const QUICK_IDLE_MS = 60_000;
const PATIENT_IDLE_MS = 10 * 60_000;

const clients = new Map<string, S3Clients>();

/** The clients for settings and the SDK's environment variables. */
export function connect(settings: S3Settings): S3Clients {
  const env = process.env;
  const endpoint = [settings.endpoint, env.AWS_ENDPOINT_URL_S3, env.AWS_ENDPOINT_URL].find(Boolean);
  // Variables that change, a renewed session's, count from the next store that is opened.
  const variables = [
    env.AWS_PROFILE,
    env.AWS_REGION,
    env.AWS_ACCESS_KEY_ID,
    env.AWS_SECRET_ACCESS_KEY,
    env.AWS_SESSION_TOKEN,
  ];
  const key = JSON.stringify([endpoint, settings.region, ...variables]);
  let found = clients.get(key);
  if (found === undefined) {
    const at = endpoint === undefined ? undefined : parseEndpoint(endpoint);
    const patient = newClient(at, settings.region, PATIENT_IDLE_MS);
    found = { quick: newClient(at, settings.region, QUICK_IDLE_MS), patient, endpoint: at?.origin };
    clients.set(key, found);
  }
  return found;
}

function parseEndpoint(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username || url.password)
    throw new StorageError(
      "S3_ENDPOINT",
      "The S3 endpoint is not an address. Write it as https://HOST or http://HOST:PORT, without user and password.",
    );
  return url;
}

function newClient(endpoint: URL | undefined, region: string | undefined, idle: number): S3 {
  // The SDK's version is this package's choice: its advice about Node is nothing that a user could follow.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { S3 } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
  // Without a limit on sockets: bodies that wait for their reader must not keep a writer from its own.
  const agent = { keepAlive: true, maxSockets: Infinity };
  const attempts = Number(process.env.AWS_MAX_ATTEMPTS) || ATTEMPTS;
  const config: S3ClientConfig = {
    ...(endpoint && { endpoint: endpoint.href, forcePathStyle: true }),
    region: region ?? (() => regionOfChain(endpoint !== undefined)),
    retryStrategy: new Retries(attempts),
    maxAttempts: attempts,
    // Bodies are signed with their SHA-256 anyway; more checksums are what stores that are not AWS stumble over.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // With `Expect: 100-continue` the SDK opens a new connection for each part.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: idle,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
  const client = new S3(config);
  addContentMd5(client);
  return client;
}

/** The region that the SDK finds; another store than AWS seldom minds which it is. */
async function regionOfChain(custom: boolean): Promise<string> {
  const { S3Client } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
  try {
    return await new S3Client({}).config.region();
  } catch {
    if (process.env.AWS_DEFAULT_REGION) return process.env.AWS_DEFAULT_REGION;
    if (custom) return "us-east-1";
    throw new StorageError(
      "NO_REGION",
      "no region is set; set AWS_REGION or --s3_region to the bucket's region",
    );
  }
}

/** DeleteObjects must carry a checksum: the SDK sends a CRC32, and many stores know only the older Content-MD5. */
function addContentMd5(client: S3): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const request = args.request as { headers: Record<string, string>; body?: string | Uint8Array };
      if (context.commandName === "DeleteObjectsCommand")
        request.headers["content-md5"] = createHash("md5")
          .update(request.body ?? "")
          .digest("base64");
      return next(args);
    },
    { step: "build", name: "contentMd5", priority: "low" },
  );
}
