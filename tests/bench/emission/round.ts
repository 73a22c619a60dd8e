/** Who writes the metrics: nobody, our templates, Powertools Metrics. */
export type Contender = 'none' | 'templates' | 'powertools';

/** Of a request, in microseconds. */
export interface Cost {
  /** Until the answer. */
  readonly answerUs: number;
  /** Until what was put off behind the answer is done. */
  readonly wholeUs: number;
  /** Of the processor, garbage collection and the runtime's part included. */
  readonly cpuUs: number;
}

/** Medians of a process: a request without metrics, and what is added by either, paired turn by turn. */
export interface Round {
  readonly none: Cost;
  readonly templates: Cost;
  readonly powertools: Cost;
  readonly powertoolsOverTemplates: Cost;
}
