/**
 * What was accepted in a row although training did not see it, or the model does not use it. Names are
 * features and columns of the file.
 */
export interface RowRemarks {
  /** Texts that are no known category of their feature. */
  readonly categories: readonly { readonly feature: string; readonly value: string }[];
  /** Features without a value here that had one in every training row. */
  readonly gaps: readonly string[];
  /** Members that the file had and the model does not use: the label and ignored columns. */
  readonly ignored: readonly string[];
}

/** Most rows share this value. */
export const NOTHING_UNSEEN: RowRemarks = { categories: [], gaps: [], ignored: [] };
