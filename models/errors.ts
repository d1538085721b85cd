// What can go wrong with models, each with a code, what was wrong, where, and what to do about it.

/** Why a record has no prediction; written to the errors output and counted by it. */
export type PredictionErrorKind = "invalid_input" | "model_error" | "invalid_output";

/** The base of the errors of models; `code` is stable and may be tested for. */
export class ModelError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A record that has no prediction, and why. The job goes on: there may be millions, so they have no stack, which took 20 µs each. */
export class PredictionError extends ModelError {
  constructor(
    readonly kind: PredictionErrorKind,
    /** The field at fault, as `petal_width` or `pixels[3]`; empty for the record as a whole. */
    readonly field: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(kind.toUpperCase(), field === "" ? reason : `${field} ${reason}`, options);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Data that does not meet the input schema. */
export class InvalidInputError extends PredictionError {
  constructor(field: string, reason: string) {
    super("invalid_input", field, reason);
  }
}

/** The model threw on data that met its schema. */
export class InferenceError extends PredictionError {
  constructor(cause: unknown) {
    super("model_error", "", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The model's answer does not meet its output schema. */
export class InvalidOutputError extends PredictionError {
  constructor(field: string, reason: string) {
    super("invalid_output", field, reason);
  }
}

/** A model that can't be loaded or is no model; no record can be predicted. */
export class ModelLoadError extends ModelError {
  constructor(message: string, options?: ErrorOptions) {
    super("MODEL_LOAD", message, options);
  }
}

/** No model of that qualified name is loaded. */
export class ModelNotFoundError extends ModelError {
  constructor(
    readonly qualifiedName: string,
    readonly known: readonly string[],
  ) {
    const names = known.length === 0 ? "no models" : known.map((name) => `'${name}'`).join(", ");
    super("MODEL_NOT_FOUND", `'${qualifiedName}' not found in the ModelManager instance. It holds ${names}.`);
  }
}

/** A setting that is not known. */
export class ConfigurationError extends ModelError {
  constructor(message: string) {
    super("CONFIGURATION", message);
  }
}
