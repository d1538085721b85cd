// A standalone Flink on loopback: a JobManager and TaskManagers, each a process of its own.
import { cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ClusterProcesses, getJson } from "./cluster_process";
import { FLINK_HOME } from "./distributions";
import { freePort } from "./server_process";

export interface FlinkClusterOptions {
  /** Default 2. */
  taskManagers?: number;
  /** Of each TaskManager. Default 2: where one has gone, the other takes over its part. */
  slots?: number;
  /** More settings of Flink. */
  settings?: Record<string, string>;
}

export class FlinkCluster {
  private constructor(
    private readonly processes: ClusterProcesses,
    /** HOST:PORT, as `--flink_master` and `flink run -m` take it. */
    readonly master: string,
    private readonly conf: string,
  ) {}

  /** Starts a cluster; resolves when all of its TaskManagers are there. */
  static async start({
    taskManagers = 2,
    slots = 2,
    settings = {},
  }: FlinkClusterOptions = {}): Promise<FlinkCluster> {
    const processes = new ClusterProcesses("flink");
    const [rest, rpc] = [await freePort(), await freePort()];
    const conf = processes.makeFolder("conf");
    cpSync(path.join(FLINK_HOME, "conf"), conf, { recursive: true });
    const all = { ...settingsOf(rest, rpc, slots, processes.makeFolder("tmp")), ...settings };
    writeFileSync(
      path.join(conf, "config.yaml"),
      Object.entries(all)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join(""),
    );
    const cluster = new FlinkCluster(processes, `127.0.0.1:${rest}`, conf);
    const start = (name: string, script: string): void => {
      processes.start(name, path.join(FLINK_HOME, "bin", script), ["start-foreground"], {
        ...cluster.env,
        FLINK_PID_DIR: processes.makeFolder(name),
      });
    };
    start("jobmanager", "jobmanager.sh");
    for (let i = 0; i < taskManagers; i++) start(`taskmanager${i}`, "taskmanager.sh");
    await processes.until(async () => {
      const { taskmanagers } = (await getJson(`http://${cluster.master}/overview`)) as {
        taskmanagers: number;
      };
      return taskmanagers === taskManagers;
    });
    return cluster;
  }

  /** The environment variables by which `bin/flink` finds this cluster. */
  get env(): Record<string, string> {
    return { FLINK_HOME, FLINK_CONF_DIR: this.conf, FLINK_LOG_DIR: this.conf };
  }

  /** The ids of the processes of the TaskManagers. */
  taskManagerIds(): number[] {
    return this.processes.idsWith("TaskManagerRunner", "java");
  }

  /** What the JobManager, or a TaskManager (`taskmanager0`), has logged. */
  said(name: string): string {
    return this.processes.said(name);
  }

  stop(): Promise<void> {
    return this.processes.stop();
  }
}

function settingsOf(rest: number, rpc: number, slots: number, temporary: string): Record<string, string> {
  return {
    "jobmanager.rpc.address": "127.0.0.1",
    "jobmanager.rpc.port": `${rpc}`,
    "jobmanager.bind-host": "127.0.0.1",
    "jobmanager.memory.process.size": "1000m",
    "rest.address": "127.0.0.1",
    "rest.bind-address": "127.0.0.1",
    "rest.port": `${rest}`,
    "taskmanager.host": "127.0.0.1",
    "taskmanager.bind-host": "127.0.0.1",
    "taskmanager.numberOfTaskSlots": `${slots}`,
    "taskmanager.memory.process.size": "1300m",
    "taskmanager.memory.jvm-metaspace.size": "384m",
    // Both TaskManagers get a part of every stage.
    "taskmanager.load-balance.mode": "SLOTS",
    // What a job's client says about it a cluster does not hear.
    "restart-strategy.type": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": "3",
    "restart-strategy.fixed-delay.delay": "1 s",
    // One that was killed is missed soon.
    "heartbeat.interval": "1000",
    "io.tmp.dirs": temporary,
  };
}
