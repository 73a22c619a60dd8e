import { ENCODINGS, type FeatureCode } from '../columns/kinds.ts';
import { ArtifactError } from '../errors.ts';

/** The number of coordinates of all features together. */
export const totalWidth = (codes: readonly FeatureCode[]) =>
  codes.reduce((sum, code) => sum + ENCODINGS[code.type].width(code), 0);

/** @throws ArtifactError when a code refers to a place beyond the table, or to an invalid table */
export function checkCodes(codes: readonly FeatureCode[], table: Float64Array): void {
  for (const code of codes) {
    if (ENCODINGS[code.type].fitsTable(code, table)) continue;
    const message = `The artifact is refused: feature "${code.name}" has no valid table`;
    throw new ArtifactError('artifact_table', message);
  }
  if (!table.every(Number.isFinite)) {
    throw new ArtifactError('artifact_table', 'The artifact is refused: its tables hold what is no number');
  }
}
