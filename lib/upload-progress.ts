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

/** What an upload goes through. */
export const UPLOAD_STAGES = ['send', 'read', 'train', 'promote'] as const;
