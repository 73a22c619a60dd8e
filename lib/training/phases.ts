/** What training a model spends its time on, in this order. */
export const FITTING_PHASES = ['select', 'evaluate', 'fit', 'check', 'write'] as const;

export type TrainingPhase = (typeof FITTING_PHASES)[number];
