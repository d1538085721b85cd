// What differs between environments: one class each, chosen by the environment variable APP_SETTINGS.
import { ConfigurationError } from "./errors";

/** Where a model's class is. */
export interface ModelReference {
  /** The module, as `require` takes it: an installed package's, or a path. */
  moduleName: string;
  /** The name under which the module exports the class. */
  className: string;
}

/** How ONNX Runtime runs a session. */
export interface OnnxSettings {
  /**
   * Threads within an operator. More than one makes answers depend on the batch: of 100,000 answers of a random
   * forest 49 changed with the batch size at 2 threads (exact ties), none at 1. Scale by workers instead.
   */
  intraOpNumThreads: number;
  /** Threads between operators. */
  interOpNumThreads: number;
  /** In the order of preference. `cpu` ships with onnxruntime-node. */
  executionProviders: string[];
}

/** What a model may know of its environment. */
export interface ModelSettings {
  onnx?: OnnxSettings;
}

/** Production, and what the other environments start from. */
export class ProdConfig {
  /** The models that are loaded. */
  models: ModelReference[] = [
    { moduleName: "beam-predict/models/iris", className: "IrisModel" },
    { moduleName: "beam-predict/models/digits", className: "DigitsModel" },
  ];
  onnx: OnnxSettings = { intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ["cpu"] };
}

/** What is tried before it goes to production. */
export class BetaConfig extends ProdConfig {}

/** Automatic tests. */
export class TestConfig extends ProdConfig {}

/** A developer's machine. */
export class DevConfig extends ProdConfig {}

/** Every environment by its name. */
export const CONFIGURATIONS = { ProdConfig, BetaConfig, TestConfig, DevConfig } as const;

/**
 * The configuration that a name chooses: production when it is not set.
 * @param name a class name, as `BetaConfig`, or the environment's own, as `beta`
 */
export function configuration(name = process.env.APP_SETTINGS): ProdConfig {
  if (name === undefined || name === "") return new ProdConfig();
  const wanted = name.toLowerCase().replace(/config$/, "");
  for (const [known, Configuration] of Object.entries(CONFIGURATIONS)) {
    if (known.toLowerCase() === `${wanted}config`) return new Configuration();
  }
  const known = Object.keys(CONFIGURATIONS).join(", ");
  throw new ConfigurationError(
    `APP_SETTINGS is '${name}', which is no configuration. Set it to one of: ${known}.`,
  );
}
