// What Google Cloud Storage and the way to it can answer with, and how that is said to a person.
import { FileAccessError, StorageError } from "../../errors";

/** The store answered, and its answer is no success. */
export class GcsRefusal extends Error {
  constructor(
    readonly status: number,
    /** The store's own words, on one line. */
    readonly reason: string,
  ) {
    super(`the store answered ${status}${reason && `: ${reason}`}`);
  }

  /** Whether the same call may well succeed later. */
  get passing(): boolean {
    return this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** No answer came, or a broken one. */
export class GcsConnectionError extends Error {
  constructor(
    message: string,
    /** Whether nobody is there at all, as with a wrong address. */
    readonly nobodyThere = false,
  ) {
    super(message);
  }
}

/** No credentials were found, or they can't be used. */
export class GcsCredentialsError extends Error {}

/**
 * The credentials' library's errors in words. Theirs are not passed on: the one of a key file that is no JSON quotes it,
 * and others hold whole requests.
 */
export function credentialsError(error: unknown): GcsCredentialsError | GcsConnectionError {
  const {
    message = "",
    code,
    status,
  } = error as { message?: string; code?: string | number; status?: number };
  if (/could not load the default credentials/i.test(message)) {
    return new GcsCredentialsError(
      "no credentials were found. Run 'gcloud auth application-default login', or set " +
        "GOOGLE_APPLICATION_CREDENTIALS to the path of a key file",
    );
  }
  if (code === "ENOENT" || code === "EACCES" || error instanceof SyntaxError) {
    return new GcsCredentialsError(
      "the credentials' file can't be read. Check the path in GOOGLE_APPLICATION_CREDENTIALS and that it is a key file",
    );
  }
  if ((typeof code === "string" && /^(E[A-Z]+|5\d\d)$/.test(code)) || (status ?? 0) >= 500) {
    return new GcsConnectionError(
      `the server that gives out credentials does not answer (${code ?? status ?? "no answer"})`,
    );
  }
  return new GcsCredentialsError(
    "the credentials can't be used. Run 'gcloud auth application-default login' again, or check the key that " +
      "GOOGLE_APPLICATION_CREDENTIALS names",
  );
}

/**
 * An error as it is told: one line that names bucket and key. Only words are kept of the cause, never a request, which
 * would hold a token.
 */
export function accessError(
  action: "read" | "write" | "list" | "remove",
  bucket: string,
  key: string,
  error: unknown,
): StorageError {
  if (error instanceof StorageError) return error;
  return new FileAccessError(action, `gs://${bucket}/${key}`, words(action, bucket, error));
}

function words(action: string, bucket: string, error: unknown): string {
  if (!(error instanceof GcsRefusal)) return (error as Error).message;
  const { status, reason } = error;
  if (noBucket(error) || (status === 404 && (action === "list" || action === "write"))) {
    return `there is no bucket '${bucket}'. Check its name`;
  }
  if (status === 404) return `there is no such object, or no bucket '${bucket}'`;
  if (status === 401) {
    return (
      "the store does not accept the credentials. Run 'gcloud auth application-default login' again, or check the key " +
      "that GOOGLE_APPLICATION_CREDENTIALS names"
    );
  }
  if (status === 403) return `access denied${reason && ` (${reason})`}`;
  return error.message;
}

/** Whether a refusal says that the bucket, not only an object, is missing. */
export function noBucket(error: unknown): boolean {
  return error instanceof GcsRefusal && error.status === 404 && /bucket does not exist/i.test(error.reason);
}
