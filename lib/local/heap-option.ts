/**
 * Node's option for the heap of a process. Lambda's own bootstrap gives V8 nine tenths of the memory, so that
 * it collects garbage before the limit is reached.
 */
export const heapOption = (memoryMb: number) => `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`;
