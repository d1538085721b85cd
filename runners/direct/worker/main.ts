// The executable of a worker process of the direct runner, which forks it: tasks come in as messages, one at a time.
import path from "node:path";
import { setWorkplace } from "../../../sdk";
import { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import { describeFailure } from "../../worker/errors";
import { originOf } from "../../worker/logging/stage";
import { loadModules } from "../../worker/registered_modules";
import type { FromWorker, StageMessage, ToWorker, WorkerSettings } from "../messages";
import type { RootBorder } from "../plan/borders";
import { WorkerNotes } from "./notes";
import { SideInputs } from "./side_inputs";
import { StageRunner } from "./stage_runner";

const PROGRESS_MS = 100;

const stages = new Map<string, StageMessage>();
const resting = new Map<string, StageRunner>();
const sideInputs = new SideInputs();
const notes = new WorkerNotes();
/** The tasks so far: `run` tells of what fails. */
let tasks = Promise.resolve();
let settings: WorkerSettings | undefined;

function tell(message: FromWorker): void {
  process.send!(message);
}

function fail(error: unknown, task?: number): void {
  const { name = "Error", message = String(error), code } = error as Partial<NodeJS.ErrnoException>;
  tell({
    kind: "failed",
    task,
    transform: originOf(error),
    name,
    message,
    code,
    details: describeFailure(error),
  });
}

function runnerOf(id: string): StageRunner {
  const known = resting.get(id);
  resting.delete(id);
  if (known !== undefined) return known;
  const { descriptor, root } = stages.get(id)!;
  const border = root === undefined ? undefined : (JSON.parse(root) as RootBorder);
  return new StageRunner(ProcessBundleDescriptor.fromBinary(descriptor), border, settings!, sideInputs);
}

async function run({ task }: Extract<ToWorker, { kind: "task" }>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const runner = runnerOf(task.stage);
    timer = setInterval(
      () => tell({ kind: "progress", task: task.id, metrics: runner.counted() }),
      PROGRESS_MS,
    );
    const result = await runner.run(task);
    resting.set(task.stage, runner);
    const left = notes.write(path.join(settings!.folder, `notes-${task.id}-${task.attempt}`));
    tell({ kind: "done", task: task.id, ...result, notes: left });
  } catch (error) {
    notes.forget();
    fail(error, task.id);
  } finally {
    clearInterval(timer);
  }
}

// What is known to be needed, while there is nothing else to do. Whether it can be loaded is told when it is asked for.
setImmediate(() => {
  for (const name of process.argv.slice(2)) {
    try {
      loadModules([name]);
    } catch {
      // A model of another kind may do without it.
    }
  }
});

process.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "begin":
      settings = message.settings;
      // What a bundle has put down when it ends is there until the job is over.
      setWorkplace({ isOneMachine: true, keptBytes: settings.keepBudget, notes });
      try {
        loadModules(message.modules);
        tell({ kind: "ready" });
      } catch (error) {
        fail(error);
      }
      break;
    case "stage":
      stages.set(message.id, message);
      break;
    case "task":
      tasks = tasks.then(() => run(message));
      break;
    case "notes":
      notes.hear(message.notes);
      break;
  }
});
// The runner has gone: nobody wants what is under way.
process.once("disconnect", () => process.exit(1));
// A Ctrl-C is for the runner, which ends its workers in its own time.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
