import { MAX_MEMORY_BYTES, MAX_WORK_SECONDS, type TrainingBounds } from './plan-training.ts';

/** The limits of the process that a training runs in. */
export interface TrainingLimits {
  /** The process is ended after so many seconds. */
  readonly seconds: number;
  /** In MiB. */
  readonly memoryMb: number;
  /** The memory that predictions may take for a model; undefined where no model can exceed it. */
  readonly modelBytes?: number | undefined;
}

/** The limits that MAX_WORK_SECONDS and MAX_MEMORY_BYTES were chosen for: those of the train function. */
export const FUNCTION_LIMITS = { seconds: 900, memoryMb: 3008 } as const satisfies TrainingLimits;

/** Node hashes and sends no more bytes than this at a time. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/**
 * The bounds of a training in a process with these limits: of its time and memory the share that the train
 * function's trainings may be estimated to take.
 */
export function boundsWithin({ seconds, memoryMb, modelBytes }: TrainingLimits): TrainingBounds {
  return {
    seconds: MAX_WORK_SECONDS * (seconds / FUNCTION_LIMITS.seconds),
    bytes: MAX_MEMORY_BYTES * (memoryMb / FUNCTION_LIMITS.memoryMb),
    modelBytes: Math.min(modelBytes ?? MAX_FILE_BYTES, MAX_FILE_BYTES),
  };
}

/** No bounds: what a table would be trained with on a machine that is large enough. */
export const UNBOUNDED: TrainingBounds = {
  seconds: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
};
