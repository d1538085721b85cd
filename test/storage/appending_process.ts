// A process that appends shards to an output, some at once: what they are is in its first argument.
import { StagedFolder } from "../../storage/file_systems/local/staged_folder";
import { textOf } from "./appending";

/** What it does. */
export interface Appending {
  target: string;
  jobId: string;
  /** What its lines begin with. */
  name: string;
  shards: number;
  /** Of each shard; an endless one has lines until the process is killed. */
  writes: number;
}

async function write({ writes }: Appending, output: StagedFolder, name: string): Promise<string> {
  const writer = await output.createShard();
  for (let i = 0; i < writes; i++) {
    await writer.write(Buffer.from(textOf(name, i)));
    if (i === 20) process.send!("at work");
  }
  await writer.close();
  return writer.path;
}

async function main(appending: Appending): Promise<void> {
  const output = new StagedFolder(appending.target, appending.jobId, { canAppend: true });
  const names = Array.from({ length: appending.shards }, (_, i) => `${appending.name}.${i}`);
  process.send!(await Promise.all(names.map((name) => write(appending, output, name))));
  process.disconnect();
}

void main(JSON.parse(process.argv[2]) as Appending);
