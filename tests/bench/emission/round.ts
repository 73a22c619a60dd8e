/** Of a request, in microseconds. */
export interface Cost {
  /** Until the answer. */
  readonly answerUs: number;
  /** Until what was put off behind the answer is done. */
  readonly wholeUs: number;
  /** Of the processor, garbage collection and the runtime's part included. */
  readonly cpuUs: number;
}

/** Medians of a process: a request without metrics, and what metrics add to it, paired turn by turn. */
export interface Round {
  readonly without: Cost;
  readonly added: Cost;
}
