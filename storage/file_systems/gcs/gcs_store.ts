// A bucket of Google Cloud Storage.
import { randomUUID } from "node:crypto";

import { FileAccessError } from "../../errors";
import { inParallel } from "../object_store/in_parallel";
import type { ObjectInfo, ObjectStore, ObjectWriter, PreparedObject } from "../object_store/object_store";
import type { GcsSettings } from "../settings";
import type { Segment } from "../staged_output";
import { GcsClient } from "./gcs_client";
import { GcsComposing } from "./gcs_composing";
import { accessError, GcsRefusal, noBucket } from "./gcs_errors";
import { objectPath, readRange } from "./gcs_reading";
import { GcsUpload, wholeUpload } from "./gcs_upload";

/** The custom metadata that says whose an object is, and by which `prepare` it came about. */
const OWNER = "beam-predict-owner";
const PREPARATION = "beam-predict-preparation";

const FIELDS = "name,size,generation,timeCreated,metadata";

/** How many objects are removed at once. */
const REMOVALS_AT_ONCE = 16;

/** An object as the API gives it. */
interface Resource {
  name: string;
  size: string;
  generation: string;
  timeCreated: string;
  metadata?: Record<string, string>;
}

interface Page {
  items?: Resource[];
  nextPageToken?: string;
}

/** Where a prepared object is until it is completed. */
interface Token {
  staged: string;
  preparation: string;
}

export class GcsStore implements ObjectStore {
  readonly scheme = "gs";

  constructor(
    readonly bucket: string,
    private readonly client: GcsClient,
  ) {}

  /** A bucket, by the endpoint and the credentials that settings and environment give. Asks nobody yet. */
  static open(bucket: string, settings: GcsSettings): GcsStore {
    return new GcsStore(bucket, GcsClient.of(settings));
  }

  async *list(prefix: string, delimiter?: "/"): AsyncGenerator<ObjectInfo> {
    let pageToken: string | undefined;
    do {
      const page = await this.page(prefix, delimiter, pageToken);
      // A page may be empty and not the last.
      yield* (page.items ?? []).map(infoOf);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  async find(key: string): Promise<ObjectInfo | undefined> {
    const found = await this.resource(key);
    return found && infoOf(found);
  }

  read(key: string, start: number, end: number, version?: string): AsyncIterable<Buffer> {
    return readRange(this.client, { bucket: this.bucket, key, start, end, generation: version });
  }

  async put(key: string, content: Buffer): Promise<void> {
    await this.naming("write", key, () => this.client.call(wholeUpload(this.bucket, key, content)));
  }

  async create(key: string): Promise<ObjectWriter> {
    return new GcsUpload(this.client, this.bucket, key);
  }

  async prepare(
    key: string,
    segments: readonly Segment[],
    stagingPrefix: string,
    owner: string,
  ): Promise<PreparedObject> {
    const preparation = randomUUID();
    const token: Token = { staged: `${stagingPrefix}prepared-${preparation}`, preparation };
    const metadata = { [OWNER]: owner, [PREPARATION]: preparation };
    await new GcsComposing(this.client, this, stagingPrefix).compose(token.staged, segments, metadata);
    return { key, token };
  }

  async complete({ key, token }: PreparedObject): Promise<void> {
    const { staged, preparation } = token as Token;
    if (!(await this.copied(staged, key))) {
      // Completed before, and then removed from where it was prepared; nothing else makes it right.
      const found = await this.resource(key);
      if (found?.metadata?.[PREPARATION] === preparation) return;
      throw new FileAccessError(
        "write",
        `gs://${this.bucket}/${key}`,
        `what was prepared for it, '${staged}', is gone; run the job again`,
      );
    }
    await this.remove([staged]);
  }

  async abandon({ token }: PreparedObject): Promise<void> {
    await this.remove([(token as Token).staged]);
  }

  async ownerOf(key: string): Promise<string | undefined> {
    return (await this.resource(key))?.metadata?.[OWNER];
  }

  async remove(keys: readonly string[]): Promise<void> {
    await inParallel(REMOVALS_AT_ONCE, keys, (key) => this.naming("remove", key, () => this.removeOne(key)));
  }

  async *uploads(): AsyncGenerator<{ key: string; modified: number }> {
    // The store does not list them.
  }

  async abandonUploads(): Promise<void> {
    // The store does not list uploads that were begun, nor charge for them; they expire by themselves after a week.
  }

  /** The path of the bucket's objects in the API. */
  private get objects(): string {
    return `/storage/v1/b/${encodeURIComponent(this.bucket)}/o`;
  }

  private page(prefix: string, delimiter: string | undefined, pageToken: string | undefined): Promise<Page> {
    const query = {
      prefix,
      fields: `nextPageToken,items(${FIELDS})`,
      maxResults: String(this.client.limits.pageSize),
      ...(delimiter && { delimiter }),
      ...(pageToken && { pageToken }),
    };
    return this.naming("list", prefix, () => this.client.json({ method: "GET", path: this.objects, query }));
  }

  private resource(key: string): Promise<Resource | undefined> {
    return this.naming("read", key, async () => {
      try {
        return await this.client.json<Resource>({
          method: "GET",
          path: objectPath(this.bucket, key),
          query: { fields: FIELDS },
        });
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  /** Copies an object with its metadata, in one visible step; false when there is none to copy. */
  private copied(from: string, to: string): Promise<boolean> {
    return this.naming("write", to, async () => {
      // Without the bytes moving where bucket and class stay the same; else in several calls.
      let rewriteToken: string | undefined;
      do {
        const call = {
          method: "POST" as const,
          path: `${objectPath(this.bucket, from)}/rewriteTo/b/${encodeURIComponent(this.bucket)}/o/${encodeURIComponent(to)}`,
          query: rewriteToken ? { rewriteToken } : undefined,
        };
        try {
          ({ rewriteToken } = await this.client.json<{ rewriteToken?: string }>(call));
        } catch (error) {
          if (isMissing(error)) return false;
          throw error;
        }
      } while (rewriteToken);
      return true;
    });
  }

  private async removeOne(key: string): Promise<void> {
    try {
      await this.client.call({ method: "DELETE", path: objectPath(this.bucket, key) });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** Errors of what is done, as they are told. */
  private async naming<T>(
    action: "read" | "write" | "list" | "remove",
    key: string,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw accessError(action, this.bucket, key, error);
    }
  }
}

/** Whether an object is missing, rather than its bucket. */
function isMissing(error: unknown): boolean {
  return error instanceof GcsRefusal && error.status === 404 && !noBucket(error);
}

function infoOf({ name, size, generation, timeCreated }: Resource): ObjectInfo {
  return { key: name, size: Number(size), version: generation, modified: Date.parse(timeCreated) };
}
