import type { FeaturePlan } from '../../columns/file-kinds.ts';
import type { GapTexts } from '../../columns/gaps.ts';
import type { LABEL_KIND, NumbersKind } from '../../columns/kinds.ts';
import type { NumbersPlan, TextsPlan } from '../../columns/reading.ts';

/** How one column of the file is read. */
export type ColumnPlan =
  | { readonly role: 'ignored' }
  /** Left out, but watched: only the end of the file shows whether its integers number the rows. */
  | ({ readonly role: 'watched' } & NumbersPlan<NumbersKind>)
  | ({ readonly role: 'label' } & TextsPlan<typeof LABEL_KIND>)
  | ({ readonly role: 'feature' } & FeaturePlan);

/** How every column of a file is read, in file order. */
export interface TablePlan {
  /** Empty for a column without a name, which is not used. */
  readonly names: readonly string[];
  readonly columns: readonly ColumnPlan[];
  readonly labelColumn: number;
  readonly featureOrder: readonly string[];
  readonly gaps: GapTexts;
}
