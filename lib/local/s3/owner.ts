import type { XmlElement } from './xml.ts';

/** Whoever owns everything here: any credentials are accepted, and all are the same. */
export const OWNER: readonly XmlElement[] = [
  ['ID', '75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a'],
  ['DisplayName', 'local'],
];
