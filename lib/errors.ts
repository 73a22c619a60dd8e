import type { RefusalCode } from './dataset/csv/codes.ts';

/**
 * The one error tree. Every error that this project raises on purpose has a stable, snake_case `code` to
 * branch on and to count, and says whether a client may see its text (`exposable`). Any other error is a bug
 * or an infrastructure fault: it is logged in full and never shown to a client.
 */
export class ClassifierError extends Error {
  /** Stable identifier, snake_case: part of the contract, never reworded. */
  readonly code: string;
  /** True when a client may see the message. */
  readonly exposable: boolean;

  constructor(code: string, message: string, options: { exposable?: boolean; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.exposable = options.exposable ?? false;
  }
}

/** The configuration (environment variables, flags) is invalid. `faults` lists all of them. */
export class ConfigurationError extends ClassifierError {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super('configuration', `Invalid configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** A whole file is refused. The refusal is recorded and acknowledged, never retried. `line` counts from 1. */
export class RefusedFileError extends ClassifierError {
  declare readonly code: RefusalCode;
  readonly line: number | undefined;
  /** What to change, in the file or in schema.json. */
  readonly fix: string | undefined;
  /** What was understood of the file until then; filled in where the reading ends. */
  understood: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: RefusalCode,
    message: string,
    options: { line?: number | undefined; fix?: string | undefined; cause?: unknown } = {},
  ) {
    super(code, message, { exposable: true, ...('cause' in options ? { cause: options.cause } : {}) });
    this.line = options.line;
    this.fix = options.fix;
  }
}

/** An artifact failed a check on opening. `code` is `artifact_<check>`. */
export class ArtifactError extends ClassifierError {}

/** The data does not allow training, or a model that can be trusted. This is recorded and never retried. */
export class TrainingError extends ClassifierError {}
