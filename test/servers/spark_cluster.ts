// A standalone Spark on loopback: a master and workers, each a process of its own, which start the executors of jobs.
import path from "node:path";
import { ClusterProcesses, getJson } from "./cluster_process";
import { SPARK_HOME } from "./distributions";
import { freePort } from "./server_process";

export interface SparkClusterOptions {
  /** Default 2. */
  workers?: number;
  /** Of each worker. Default 1: a job with two cores has an executor on each of two workers. */
  cores?: number;
}

export class SparkCluster {
  private constructor(
    private readonly processes: ClusterProcesses,
    /** `spark://HOST:PORT` */
    readonly master: string,
    /** The port of the master's page. */
    readonly pagePort: number,
  ) {}

  /** Starts a cluster; resolves when all of its workers are there. */
  static async start({ workers = 2, cores = 1 }: SparkClusterOptions = {}): Promise<SparkCluster> {
    const processes = new ClusterProcesses("spark");
    const [port, page] = [await freePort(), await freePort()];
    const cluster = new SparkCluster(processes, `spark://127.0.0.1:${port}`, page);
    const start = (name: string, mainClass: string, ...args: string[]): void => {
      const all = [`org.apache.spark.deploy.${mainClass}`, "--host", "127.0.0.1", ...args];
      processes.start(name, path.join(SPARK_HOME, "bin", "spark-class"), all, {
        SPARK_HOME,
        SPARK_LOCAL_IP: "127.0.0.1",
        SPARK_LOCAL_DIRS: processes.makeFolder("tmp"),
        SPARK_CONF_DIR: processes.makeFolder("conf"),
        SPARK_DAEMON_MEMORY: "256m",
      });
    };
    start("master", "master.Master", "--port", `${port}`, "--webui-port", `${page}`);
    for (let i = 0; i < workers; i++) {
      const name = `worker${i}`;
      const own = ["--cores", `${cores}`, "--memory", "1g", "--work-dir", processes.makeFolder(name)];
      start(name, "worker.Worker", ...own, "--webui-port", "0", cluster.master);
    }
    await processes.until(async () => {
      const { aliveworkers } = (await getJson(`http://127.0.0.1:${page}/json/`)) as { aliveworkers: number };
      return aliveworkers === workers;
    });
    return cluster;
  }

  /** The ids of the processes of the executors that run now. */
  executorIds(): number[] {
    return this.processes.idsWith("CoarseGrainedExecutorBackend", "java");
  }

  /** What the master, or a worker (`worker0`), has logged. */
  said(name: string): string {
    return this.processes.said(name);
  }

  stop(): Promise<void> {
    return this.processes.stop();
  }
}
