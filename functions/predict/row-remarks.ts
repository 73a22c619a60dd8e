/** What a row holds that was accepted though training did not see it, or does not use it. Names are features and columns of the file. */
export interface RowRemarks {
  /** Texts that are no category of their feature. */
  readonly categories: readonly { readonly feature: string; readonly value: string }[];
  /** Features without a value that had one in every row of the data. */
  readonly gaps: readonly string[];
  /** Members of the row that the file had and the model does not use: the label, and columns that were ignored. */
  readonly ignored: readonly string[];
}

/** Of most rows. */
export const NOTHING_UNSEEN: RowRemarks = { categories: [], gaps: [], ignored: [] };
