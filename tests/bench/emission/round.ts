/** The cost of a request, in microseconds. */
export interface Cost {
  /** The time until the answer. */
  readonly answerUs: number;
  /** The time until the work after the answer is done. */
  readonly wholeUs: number;
  /** Processor time, including garbage collection and the runtime's part. */
  readonly cpuUs: number;
}

/** Medians of a process: a request without metrics, and the added cost of metrics, paired by turn. */
export interface Round {
  readonly without: Cost;
  readonly added: Cost;
}
