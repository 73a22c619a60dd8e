import type { RefusalCode } from './dataset/csv/codes.ts';

/**
 * The one error tree. Every error that this project raises on purpose has a stable, snake_case `code` to branch
 * on and to count, and says whether its text may be shown to a client (`exposable`). What is not a
 * ClassifierError is a bug or a fault of the infrastructure: it is logged in full and shown to nobody.
 */
export class ClassifierError extends Error {
  /** Stable identifier, snake_case: part of the contract, never reworded. */
  readonly code: string;
  /** True when the message holds nothing that a client should not see. */
  readonly exposable: boolean;

  constructor(code: string, message: string, options: { exposable?: boolean; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.exposable = options.exposable ?? false;
  }
}

/** The configuration (environment variables, flags) is invalid. `faults` lists all of them, not only the first. */
export class ConfigurationError extends ClassifierError {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super('configuration', `Invalid configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** A whole file is refused: it is recorded and acknowledged, never retried. `line` is 1-based, where there is one. */
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

/** Training cannot be done, or must not be trusted, for a reason that lies in the data: recorded, never retried. */
export class TrainingError extends ClassifierError {}
