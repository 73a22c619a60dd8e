/**
 * The share of the function's memory that models may use. The rest is for Node, a request's batch, and
 * released models that are not collected yet.
 */
const SHARE = 0.65;
/** Lambda's memory for a function that sets none. */
const MIN_MEMORY_MB = 128;

/**
 * The memory that loaded models may use together.
 *
 * @param cacheMb MODEL_CACHE_MB, in MiB; undefined to use a share of the function's memory
 * @param memoryMb AWS_LAMBDA_FUNCTION_MEMORY_SIZE, in MiB, which Lambda sets
 * @returns bytes
 */
export function cacheLimitBytes(cacheMb: number | undefined, memoryMb: number | undefined): number {
  const limitMb = cacheMb ?? Math.floor((memoryMb ?? MIN_MEMORY_MB) * SHARE);
  return limitMb * 1024 ** 2;
}
