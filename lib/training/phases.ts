/** The phases of training a model, in this order. */
export const FITTING_PHASES = ['select', 'evaluate', 'fit', 'check', 'write'] as const;

export type TrainingPhase = (typeof FITTING_PHASES)[number];
