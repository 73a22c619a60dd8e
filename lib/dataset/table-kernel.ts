import { longDecimalFunction, shortDecimalFunction, writeDecimalTables } from './decimal-kernel.ts';
import { FIRST_BYTES_AT, type MemoryPlan } from './kernel-memory.ts';
import {
  accumulateFunction,
  BUCKET_HOOK,
  collectFunction,
  digestFunction,
  encodeNumbersFunction,
  encodeTextsFunction,
  writeHashTables,
} from './row-hash-kernel.ts';
import { CELL_HOOKS, readRowsFunction } from './row-kernel.ts';
import { indexFunction } from './separator-kernel.ts';
import { sketchFunction, squaresFunction, surveyFunction } from './survey-kernel.ts';
import { assemble, wasmEngine } from './wasm-module.ts';

/** What decides cells that the kernel leaves, and empties buckets of digests: see row-kernel.ts and row-hash-kernel.ts. */
export interface KernelHooks {
  number(column: number, start: number, end: number): number;
  category(column: number, start: number, end: number): number;
  bucketFull(bucket: number): void;
}

/** The part that reading rows needs. */
export type CellHooks = Pick<KernelHooks, 'number' | 'category'>;

/** The generated functions, documented where they are generated, and the memory that they work on. */
export interface TableKernel {
  readonly memory: ArrayBuffer;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly doubles: Float64Array<ArrayBuffer>;
  /** Called by the functions below; to be set before they are. */
  readonly hooks: KernelHooks;
  index(from: number, to: number, placesAt: number, recordsAt: number): number;
  readRows(record: number, recordsEnd: number): number;
  shortDecimal(start: number, end: number): number;
  longDecimal(start: number, end: number): number;
  survey(at: number, end: number): void;
  squares(at: number, end: number, mean: number): number;
  sketch(at: number, end: number): number;
  encodeNumbers(groups: number, valuesAt: number, messageAt: number, messageBytes: number): void;
  encodeTexts(
    groups: number,
    codesAt: number,
    digestsAt: number,
    messageAt: number,
    messageBytes: number,
  ): void;
  digest(groups: number, blocks: number, bytes: number, messagesAt: number): void;
  collect(rows: number, labelsAt: number, most: number): void;
  accumulate(groups: number, maskAt: number): void;
}

const PAGE_BYTES = 65_536;

/** Compiled once per process and number of rounds. */
const modules = new Map<number, object>();

/**
 * Builds a kernel with the memory that was planned.
 *
 * @param expansionRounds ChaCha's rounds; 8 in use, 20 to compare with other implementations
 */
export function createTableKernel(plan: MemoryPlan, expansionRounds: 8 | 20 = 8): TableKernel {
  const memory = new wasmEngine.Memory({ initial: Math.ceil(plan.bytes / PAGE_BYTES) + 1 });
  const { buffer } = memory;
  writeDecimalTables(buffer);
  writeHashTables(buffer);
  const bytes = new Uint8Array(buffer);
  for (let n = 0; n <= 16; n++) bytes.fill(0xff, FIRST_BYTES_AT + 16 * n, FIRST_BYTES_AT + 16 * n + n);
  const kernel = {
    memory: buffer,
    bytes,
    words: new Uint32Array(buffer),
    doubles: new Float64Array(buffer),
    hooks: missingHooks(),
  };
  const env = {
    memory,
    number: (column: number, start: number, end: number) => kernel.hooks.number(column, start, end),
    category: (column: number, start: number, end: number) => kernel.hooks.category(column, start, end),
    bucketFull: (bucket: number) => kernel.hooks.bucketFull(bucket),
  };
  const { exports } = new wasmEngine.Instance(moduleOf(expansionRounds), { env });
  return Object.assign(kernel, exports as unknown as Omit<TableKernel, keyof typeof kernel>);
}

function missingHooks(): KernelHooks {
  const missing = () => {
    throw new Error('the kernel is used before its hooks are set');
  };
  return { number: missing, category: missing, bucketFull: missing };
}

/** The compiled functions, for another thread: what one thread's engine optimises serves the other as well. */
export const compiledKernel = (): object => moduleOf(8);

/** Takes what `compiledKernel` gave in another thread. */
export function adoptKernel(module: object): void {
  modules.set(8, module);
}

function moduleOf(expansionRounds: 8 | 20): object {
  let module = modules.get(expansionRounds);
  if (!module) {
    const hooks = [...CELL_HOOKS, BUCKET_HOOK];
    const longDecimal = longDecimalFunction();
    module = new wasmEngine.Module(
      assemble(
        [
          longDecimal,
          shortDecimalFunction(),
          indexFunction(),
          readRowsFunction(hooks.length),
          surveyFunction(),
          squaresFunction(),
          sketchFunction(),
          encodeNumbersFunction(),
          encodeTextsFunction(),
          digestFunction(),
          collectFunction(hooks.indexOf(BUCKET_HOOK)),
          accumulateFunction(expansionRounds),
        ],
        hooks,
      ),
    );
    modules.set(expansionRounds, module);
  }
  return module;
}
