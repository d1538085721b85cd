// What the SDK's errors mean, in words, and without a credential: its own messages and fields may hold key ids.
import { StorageError } from "../../errors";

/** What is read of an error of the SDK; all of it may be missing. */
interface SdkError {
  name?: string;
  message?: string;
  /** Of S3's reply, or of the system (`ECONNREFUSED`). */
  Code?: string;
  code?: string;
  Region?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
  $response?: { headers?: Record<string, string | undefined> };
}

/** Why a call failed. */
export interface Failure {
  reason: string;
  /** Whether another try may help: the connection broke, nothing answered, or the store itself failed. */
  transient: boolean;
}

const REASONS: Record<string, string> = {
  NoSuchBucket: "there is no bucket of that name",
  NoSuchKey: "there is no such object",
  NotFound: "there is no such object",
  NoSuchUpload: "its upload is gone: it was given up, or another job took its place",
  InvalidBucketName: "that is no name of a bucket",
  AccessDenied: "access denied: the credentials in use do not allow it",
  AllAccessDisabled: "access denied: the bucket is disabled",
  AccountProblem: "access denied: there is a problem with the account",
  InvalidAccessKeyId: "the store does not know the access key: check AWS_ACCESS_KEY_ID, or the profile",
  // versitygw's name for it, with HTTP status 404.
  XAdminUserNotFound: "the store does not know the access key: check AWS_ACCESS_KEY_ID, or the profile",
  SignatureDoesNotMatch: "the signature does not match: check AWS_SECRET_ACCESS_KEY, or the profile",
  ExpiredToken: "the session has expired: log in again, or renew AWS_SESSION_TOKEN",
  ExpiredTokenException: "the session has expired: log in again, or renew AWS_SESSION_TOKEN",
  TokenRefreshRequired: "the session has expired: log in again, or renew AWS_SESSION_TOKEN",
  InvalidToken: "the session token is not valid: renew or unset AWS_SESSION_TOKEN",
  RequestTimeTooSkewed: "this machine's clock is wrong by more than the store allows",
  PreconditionFailed: "it has changed since it was listed; run the job again",
  InvalidRange: "it has become shorter since it was listed; run the job again",
  InvalidObjectState: "it is archived: restore it first",
  NotImplemented: "the store does not know this call",
  KeyTooLongError: "its name is too long",
  QuotaExceeded: "the store's quota is used up",
};

const BY_STATUS: Record<number, string> = {
  400: "the store refused the call (HTTP 400): the endpoint, the region or the credentials may be wrong",
  401: REASONS.AccessDenied,
  403: REASONS.AccessDenied,
  404: REASONS.NoSuchKey,
  412: REASONS.PreconditionFailed,
  416: REASONS.InvalidRange,
};

const CONNECTION: Record<string, string> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name can't be looked up",
  ECONNRESET: "the connection broke",
  EPIPE: "the connection broke",
  ETIMEDOUT: "it took too long",
  EHOSTUNREACH: "it can't be reached",
  ENETUNREACH: "it can't be reached",
};

const NO_CREDENTIALS =
  "no credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run 'aws configure'";

/** The code of S3's reply, or the SDK's name for the error. */
export function codeOf(error: unknown): string {
  const { Code, name } = error as SdkError;
  return Code ?? name ?? "";
}

/** The HTTP status of a reply; undefined when none came. */
export function statusOf(error: unknown): number | undefined {
  return (error as SdkError).$metadata?.httpStatusCode;
}

/** The region of a bucket, when the error is that a call went to another. */
export function otherRegion(error: unknown): string | undefined {
  const { Region, $response } = error as SdkError;
  const region = $response?.headers?.["x-amz-bucket-region"];
  if (statusOf(error) === 301) return region;
  if (codeOf(error) === "AuthorizationHeaderMalformed") return Region ?? region;
  return codeOf(error) === "IllegalLocationConstraintException" ? region : undefined;
}

/** @param endpoint what was called, in words; undefined for AWS */
export function explain(error: unknown, endpoint?: string): Failure {
  if (error instanceof StorageError) return { reason: error.message, transient: false };
  const { name, message = "", $metadata } = error as SdkError;
  const status = statusOf(error);
  // The SDK may wrap the system's error, and then only its message has the code.
  const code = (error as SdkError).code ?? /\bE[A-Z]{4,}\b/.exec(message)?.[0] ?? "";
  if (name === "CredentialsProviderError" || name === "TokenProviderError")
    return { reason: explainCredentials(message), transient: false };
  const known = REASONS[codeOf(error)];
  if (known !== undefined) return { reason: known + denial(codeOf(error), message), transient: false };
  if (status === 301 || otherRegion(error) !== undefined)
    return { reason: `the bucket is in another region${regionHint(error)}`, transient: false };
  if (status !== undefined && (status >= 500 || status === 429))
    return {
      reason: `the store failed ${tries($metadata)} (HTTP ${status} ${codeOf(error)})`,
      transient: true,
    };
  if (status !== undefined && status >= 300)
    return {
      reason: BY_STATUS[status] ?? `the store refused it (HTTP ${status} ${codeOf(error)})`,
      transient: false,
    };
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code))
    return {
      reason: `the certificate of ${endpoint ?? "S3"} is not trusted (${code}): name its authority's file in NODE_EXTRA_CA_CERTS`,
      transient: false,
    };
  if (name === "TimeoutError" || code in CONNECTION) {
    const why = `${CONNECTION[code] ?? CONNECTION.ETIMEDOUT}, ${code || "timeout"}, ${tries($metadata)}`;
    const advice =
      endpoint === undefined
        ? "check the network and AWS_REGION"
        : "check AWS_ENDPOINT_URL_S3 or --s3_endpoint";
    return { reason: `${endpoint ?? "S3"} does not answer (${why}): ${advice}`, transient: true };
  }
  return {
    reason: `${name ?? "Error"}: ${message.split("\n")[0]}`,
    transient: status === undefined && code !== "",
  };
}

/** AWS says who may not do what: names, no credentials. */
function denial(code: string, message: string): string {
  const said = /is not authorized to perform: (s3:\w+|kms:\w+)/.exec(message)?.[1];
  return code === "AccessDenied" && said !== undefined ? ` (${said})` : "";
}

function explainCredentials(message: string): string {
  return message.includes("Could not load credentials from any providers")
    ? NO_CREDENTIALS
    : `no credentials: ${message.split("\n")[0]}`;
}

function regionHint(error: unknown): string {
  const region = otherRegion(error);
  return region === undefined
    ? ": set AWS_REGION or --s3_region"
    : `, ${region}: set AWS_REGION or --s3_region to it`;
}

function tries(metadata: SdkError["$metadata"]): string {
  const attempts = metadata?.attempts ?? 1;
  return attempts === 1 ? "once" : `${attempts} times`;
}
