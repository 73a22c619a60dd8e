import type { FeaturePlan, LABEL_KIND } from '../../columns/kinds.ts';
import type { TextsPlan } from '../../columns/reading.ts';

/** How one column of the file is read. */
export type ColumnPlan =
  | { readonly role: 'ignored' }
  | ({ readonly role: 'label' } & TextsPlan<typeof LABEL_KIND>)
  | ({ readonly role: 'feature' } & FeaturePlan);

/** How every column of a file is read, in file order. */
export interface TablePlan {
  readonly names: readonly string[];
  readonly columns: readonly ColumnPlan[];
  readonly labelColumn: number;
  readonly featureOrder: readonly string[];
  readonly missingTokens: readonly string[];
  readonly warnings: readonly string[];
}
