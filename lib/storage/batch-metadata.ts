/** An object's metadata in the batches bucket that say how it is predicted, where no request does. */
export const BATCH_METADATA = {
  version: 'batch-version',
  explain: 'batch-explain',
  probabilities: 'probabilities',
  format: 'format',
} as const;
