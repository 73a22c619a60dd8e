import { compiled, type SharedWasmMemory, sharedMemory, wasmEngine } from '../../wasm/engine.ts';
import type { MemoryPlan } from '../../wasm/memory-plan.ts';
import { assemble } from '../../wasm/module.ts';
import type { CsvGrammar } from '../csv/grammar.ts';
import { longDecimalFunction, shortDecimalFunction, writeDecimalTables } from './decimal-kernel.ts';
import {
  BUCKET_HOOK,
  collectFunction,
  countBitsFunction,
  digestFunction,
  encodeNumbersFunction,
  encodeTextsFunction,
  writeInitialStates,
} from './row-hash-kernel.ts';
import { CELL_HOOKS, readRowsFunction } from './row-kernel.ts';
import {
  findRunFunction,
  gatherRowsFunction,
  listRowsFunction,
  sortPairsFunction,
} from './row-sort-kernel.ts';
import { indexFunction } from './separator-kernel.ts';
import { countFunction, sketchFunction, squaresFunction, surveyFunction } from './survey-kernel.ts';
import { FIRST_BYTES_AT } from './table-memory.ts';

/**
 * Decides cells that the kernel leaves, and gives memory to digests: see row-kernel.ts and
 * row-hash-kernel.ts.
 */
export interface KernelHooks {
  number(column: number, start: number, end: number): number;
  category(column: number, start: number, end: number): number;
  bucketFull(bucket: number): void;
}

/** The functions load whole vectors, which may end behind the plan's last area. */
const SLACK_BYTES = 65_536;

/** The hooks that reading rows needs. */
export type CellHooks = Pick<KernelHooks, 'number' | 'category'>;

/** Functions that read and summarise rows; each is documented where it is generated. */
export interface ReadingFunctions {
  index(from: number, to: number, placesAt: number, recordsAt: number): number;
  readRows(record: number, recordsEnd: number): number;
  shortDecimal(start: number, end: number): number;
  longDecimal(start: number, end: number): number;
  survey(at: number, end: number): void;
  squares(at: number, end: number, mean: number): number;
  sketch(at: number, end: number): number;
  count(at: number, end: number, countsAt: number): void;
}

/** Functions that digest rows, and keep and sort digests; each is documented where it is generated. */
export interface HashingFunctions {
  encodeNumbers(groups: number, valuesAt: number, messageAt: number, messageBytes: number): void;
  encodeTexts(
    groups: number,
    codesAt: number,
    digestsAt: number,
    messageAt: number,
    messageBytes: number,
  ): void;
  digest(
    groups: number,
    blocks: number,
    bytes: number,
    messagesAt: number,
    passed: 0 | 1,
    isOpen: 0 | 1,
  ): void;
  collect(rows: number, labelsAt: number, most: number): void;
  countBits(groups: number): void;
  listRows(at: number, end: number, pairsAt: number): void;
  sortPairs(pairsAt: number, end: number, otherAt: number): void;
  findRun(pairsAt: number, last: number): number;
  gatherRows(pairsAt: number, end: number, ranksAt: number, outAt: number): void;
}

/**
 * The memory of a table, and the functions that work on it. The functions are compiled when first requested:
 * a thread that only reads rows, or only hashes them, does not need the others. Two threads can have the same
 * memory, as those that read write nowhere where those that hash do.
 */
export class TableKernel {
  readonly memory: SharedWasmMemory;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly words: Uint32Array<SharedArrayBuffer>;
  readonly doubles: Float64Array<SharedArrayBuffer>;
  /** Called by the functions; set these before calling one. */
  readonly hooks: KernelHooks = missingHooks();
  readonly #imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly #grammar: CsvGrammar;
  readonly #expansionRounds: 8 | 20;
  #reading: ReadingFunctions | undefined;
  #hashing: HashingFunctions | undefined;

  /**
   * @param plan size of the memory
   * @param grammar of the text to read
   * @param expansionRounds ChaCha's rounds; 8 in use, 20 to compare with other implementations
   * @param shared the memory of a kernel of the same plan, in another thread; by default a new one
   */
  constructor(
    plan: MemoryPlan,
    grammar: CsvGrammar,
    expansionRounds: 8 | 20 = 8,
    shared: SharedWasmMemory | undefined = undefined,
  ) {
    const memory = shared ?? sharedMemory(plan.bytes + SLACK_BYTES);
    if (memory.buffer.byteLength < plan.bytes) throw new Error('the shared memory is of another plan');
    this.memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    if (!shared) this.#writeTables();
    const { hooks } = this;
    const env = {
      memory,
      number: (column: number, start: number, end: number) => hooks.number(column, start, end),
      category: (column: number, start: number, end: number) => hooks.category(column, start, end),
      bucketFull: (bucket: number) => hooks.bucketFull(bucket),
    };
    this.#imports = { env };
    this.#grammar = grammar;
    this.#expansionRounds = expansionRounds;
  }

  #writeTables(): void {
    writeDecimalTables(this.memory.buffer);
    writeInitialStates(this.words);
    for (let n = 0; n <= 16; n++) this.bytes.fill(0xff, FIRST_BYTES_AT + 16 * n, FIRST_BYTES_AT + 16 * n + n);
  }

  get reading(): ReadingFunctions {
    this.#reading ??= this.#functions<ReadingFunctions>(readingModule(this.#grammar));
    return this.#reading;
  }

  get hashing(): HashingFunctions {
    this.#hashing ??= this.#functions<HashingFunctions>(hashingModule(this.#expansionRounds));
    return this.#hashing;
  }

  #functions<Exports>(module: object): Exports {
    return new wasmEngine.Instance<Exports>(module, this.#imports).exports;
  }
}

function missingHooks(): KernelHooks {
  const missing = () => {
    throw new Error('the kernel is used before its hooks are set');
  };
  return { number: missing, category: missing, bucketFull: missing };
}

/**
 * The code that reads every table of a grammar. Request it early, while there is nothing else to do, so that
 * it is compiled in time.
 */
export function readingModule(grammar: CsvGrammar): object {
  const { delimiter, quote, lineEnd, lineEndPrefix } = grammar;
  return compiled(`reading ${delimiter} ${quote} ${lineEnd} ${lineEndPrefix}`, () =>
    assemble(
      [
        longDecimalFunction(),
        shortDecimalFunction(),
        indexFunction(grammar),
        readRowsFunction(CELL_HOOKS.length, grammar),
        surveyFunction(),
        squaresFunction(),
        sketchFunction(),
        countFunction(),
      ],
      CELL_HOOKS,
      'shared',
    ),
  );
}

function hashingModule(expansionRounds: 8 | 20): object {
  return compiled(`hashing ${expansionRounds}`, () =>
    assemble(
      [
        encodeNumbersFunction(),
        encodeTextsFunction(),
        digestFunction(),
        collectFunction(0),
        countBitsFunction(expansionRounds),
        listRowsFunction(),
        sortPairsFunction(),
        findRunFunction(),
        gatherRowsFunction(),
      ],
      [BUCKET_HOOK],
      'shared',
    ),
  );
}
