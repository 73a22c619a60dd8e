/** One bundled function. */
export interface FunctionBundle {
  readonly name: string;
  /** Absolute path of its `handler.mjs`. */
  readonly file: string;
  /** Of all its code: the handler, its threads and their chunks. */
  readonly sizeBytes: number;
  readonly gzipBytes: number;
}

export function buildFunctions(outputFolder: string): Promise<FunctionBundle[]>;

export function buildLocal(outputFolder: string): Promise<void>;
