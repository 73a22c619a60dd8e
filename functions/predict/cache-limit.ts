/** Of the function's memory: what models may take. The rest is left to Node, a request's batch, and what a released model holds until it is collected. */
const SHARE = 0.65;
/** What Lambda gives a function that asks for nothing. */
const LEAST_MEMORY_MB = 128;

/**
 * What loaded models may take together.
 *
 * @param cacheMb MODEL_CACHE_MB, in MiB; undefined to go by the function's memory
 * @param memoryMb AWS_LAMBDA_FUNCTION_MEMORY_SIZE, in MiB, which Lambda sets
 * @returns bytes
 */
export function cacheLimitBytes(cacheMb: number | undefined, memoryMb: number | undefined): number {
  const limitMb = cacheMb ?? Math.floor((memoryMb ?? LEAST_MEMORY_MB) * SHARE);
  return limitMb * 1024 ** 2;
}
