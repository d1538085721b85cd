// What a person is told when a store refuses: one line with bucket and key, and no credential in it.
import { VersityGw } from "../servers/versitygw";
import { Workplace } from "./command";
import { Store } from "./stores";

let s3: VersityGw;
let gcs: Store;
let place: Workplace;

beforeAll(async () => {
  s3 = await VersityGw.start();
  await s3.createBucket("bucket");
  gcs = await Store.start("gs");
  place = new Workplace();
});
afterAll(async () => {
  await s3.stop();
  await gcs.stop();
  await place.remove();
});

const WRONG_KEY = { AWS_ACCESS_KEY_ID: "no-such-key-id", AWS_SECRET_ACCESS_KEY: "wrong-secret" };
const WRONG_SECRET = { AWS_ACCESS_KEY_ID: "test-root-key", AWS_SECRET_ACCESS_KEY: "wrong-secret" };

async function failure(line: string, env: Record<string, string>): Promise<string> {
  const { status, stdout, stderr } = await place.run(line, { env });
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toMatch(/no-such-key-id|wrong-secret|test-root|test-stranger/);
  return stderr;
}

describe("S3", () => {
  const input = "--input s3://bucket/dir/in.jsonl --output out.ldjson --quiet";
  const output = "--input ../sample.ldjson --output s3://bucket/dir/out.ldjson --quiet";

  test.each([
    ["a wrong key, reading", input, WRONG_KEY, /Cannot read 's3:\/\/bucket\/dir\/in\.jsonl'.*access key/],
    ["a wrong key, writing", output, WRONG_KEY, /'s3:\/\/bucket\/dir\/\.?out.*access key/],
    ["a wrong secret", input, WRONG_SECRET, /Cannot read 's3:\/\/bucket\/dir\/in\.jsonl'.*signature/],
  ])("%s", async (_, line, env, told) => {
    expect(await failure(`${line} --s3_endpoint ${s3.endpoint}`, env)).toMatch(told);
  });

  test("no such bucket", async () => {
    const told = /'s3:\/\/nowhere\/[^']*': there is no bucket of that name/;
    for (const line of [
      "--input s3://nowhere/in.jsonl --output out.ldjson",
      "--input s3://nowhere/in/*.jsonl --output out.ldjson",
      "--input ../sample.ldjson --output s3://nowhere/out.ldjson",
    ]) {
      expect(await failure(`${line} --quiet --s3_endpoint ${s3.endpoint}`, s3.credentials)).toMatch(told);
    }
  });

  test("no permission", async () => {
    const stranger = s3.stranger();
    expect(await failure(`${input} --s3_endpoint ${s3.endpoint}`, stranger)).toMatch(
      /'s3:\/\/bucket\/dir\/in\.jsonl': access denied/,
    );
    expect(await failure(`${output} --s3_endpoint ${s3.endpoint}`, stranger)).toMatch(
      /'s3:\/\/bucket\/dir\/[^']*': access denied/,
    );
  });

  test("no such object is a wrong call", async () => {
    const { status, stderr } = await place.run(`${input} --s3_endpoint ${s3.endpoint}`, {
      env: s3.credentials,
    });
    expect([status, stderr]).toEqual([2, "No such file: 's3://bucket/dir/in.jsonl'. Check the path.\n"]);
  });
});

describe("GCS", () => {
  test("no such bucket", async () => {
    for (const line of [
      "--input gs://nowhere/in/*.jsonl --output out.ldjson",
      "--input ../sample.ldjson --output gs://nowhere/out.ldjson",
    ]) {
      expect(await failure(`${line} --quiet ${gcs.option()}`, {})).toMatch(
        /'gs:\/\/nowhere\/[^']*': .*bucket/,
      );
    }
  });

  test("no such object is a wrong call", async () => {
    const { status, stderr } = await place.run(
      `--input gs://bucket/in.jsonl --output out.ldjson --quiet ${gcs.option()}`,
    );
    expect([status, stderr]).toEqual([2, "No such file: 'gs://bucket/in.jsonl'. Check the path.\n"]);
  });
});

test.each(["s3://", "s3:///key", "ftp://host/file", "gs://"])("%s is nowhere", async (path) => {
  for (const line of [`--input ${path} --output out.ldjson`, `--input ../sample.ldjson --output ${path}`]) {
    const { status, stderr } = await place.run(`${line} --quiet`);
    expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
  }
});

test.each(["s3://bucket", "gs://bucket/"])("%s, a bucket as a whole, is no output", async (path) => {
  const { status, stderr } = await place.run(`--input ../sample.ldjson --output ${path} --quiet`);
  expect(status).toBe(2);
  expect(stderr).toContain(`The output '${path}' is a bucket.`);
});
