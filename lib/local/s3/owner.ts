import type { XmlElement } from './xml.ts';

/** The owner of everything: any credentials are accepted, and all mean the same owner. */
export const OWNER: readonly XmlElement[] = [
  ['ID', '75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a'],
  ['DisplayName', 'local'],
];
