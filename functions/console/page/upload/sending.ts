import type { Contract } from './contract-edits.ts';

/** Something that is being sent, or was. */
export interface Sending {
  readonly model: string;
  readonly file: File;
  /** What schema.json says when the file is read. */
  readonly contract: Contract;
  /** Whether schema.json has to be sent first. */
  readonly isContractNew: boolean;
}
