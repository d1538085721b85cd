// What there is to know about the job server of an engine before it is built and started.

/** A job server, as its engine describes it. */
export interface JobServerProgram {
  /** A short name, for files and folders. */
  name: string;
  /** The engine's name as people write it. */
  title: string;
  /** The path of the pom that builds it, with the profiles `job-jar` and `engine`. */
  pom: string;
  mainClass: string;
  /** Arguments for the virtual machine, and for the job server beside those that all take. */
  jvmArguments: readonly string[];
  arguments: readonly string[];
  /** Whether the engine runs inside it, and nobody else knows of it: when its job is done, it can be killed. */
  isEngine: boolean;
}

/** What Java 17 keeps closed, and the engines reach into all the same. */
export const OPEN_PACKAGES: readonly string[] = [
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.io",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar",
].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);
