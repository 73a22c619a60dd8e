/** How far an upload can be, in the API. */
export const UPLOAD_STATES = [
  'waiting',
  'expired',
  'received',
  'reading',
  'refused',
  'gone',
  'accepted',
  'training',
  'failed',
  'registered',
  'promoted',
  'applied',
] as const;

export type UploadStateName = (typeof UPLOAD_STATES)[number];

/**
 * What a training tells of itself. `fit` holds all phases in which it computes, and cannot tell of each.
 */
export const UPLOAD_PHASES = ['read', 'champion', 'fit', 'store'] as const;

export type UploadPhase = (typeof UPLOAD_PHASES)[number];

/** What an upload goes through. */
export const UPLOAD_STAGES = ['send', 'read', 'train', 'promote'] as const;
