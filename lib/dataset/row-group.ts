import { CategoryTable } from './category-table.ts';
import type { TablePlan } from './infer-plan.ts';

/** The arrays of one row group may take this much, so that a table of 1,000 columns stays as bounded as one of three. */
const ROW_GROUP_BYTES = 16 * 1024 * 1024;

/** A dictionary-coded column of texts: its codes are shared by all row groups of a file. */
export class TextColumn {
  readonly table = new CategoryTable();
  /** Entries before this one mean "missing". */
  readonly firstCode: number;
  /** True when no value may be added: the contract lists them all. */
  readonly closed: boolean;

  constructor(missingTokens: readonly string[], allowed: readonly string[] | undefined) {
    for (const token of missingTokens) this.#seed(token);
    this.firstCode = this.table.size;
    for (const category of allowed ?? []) this.#seed(category);
    this.closed = allowed !== undefined;
  }

  /** Distinct values, missing tokens left out. */
  get size(): number {
    return this.table.size - this.firstCode;
  }

  bytesOf(code: number): Uint8Array {
    return this.table.bytesOf(code + this.firstCode);
  }

  textOf(code: number): string {
    return this.table.textOf(code + this.firstCode);
  }

  #seed(text: string): void {
    const bytes = new TextEncoder().encode(text);
    if (this.table.find(bytes, 0, bytes.length) < 0) this.table.add(bytes, 0, bytes.length);
  }
}

interface FeatureSource {
  readonly name: string;
  /** Which field of a record holds it. */
  readonly fileColumn: number;
}

/** Numbers, NaN where missing; or codes into `texts`, -1 where missing. */
export type Feature =
  | (FeatureSource & {
      readonly kind: 'numeric';
      readonly values: Float64Array<ArrayBuffer>;
      readonly min: number;
      readonly max: number;
    })
  | (FeatureSource & {
      readonly kind: 'categorical';
      readonly codes: Int32Array<ArrayBuffer>;
      readonly texts: TextColumn;
      readonly allowed: readonly string[] | undefined;
    });

/** Accepted rows by column, as many as one Parquet row group takes: filled, written and filled again. */
export class RowGroup {
  readonly capacity: number;
  /** In feature order. */
  readonly features: readonly Feature[];
  readonly labelName: string;
  readonly labelColumn: number;
  readonly labelTexts: TextColumn;
  readonly labels: Int32Array<ArrayBuffer>;
  rows = 0;

  constructor(plan: TablePlan, rowGroupRows: number) {
    this.capacity = Math.max(
      1,
      Math.min(rowGroupRows, Math.floor(ROW_GROUP_BYTES / (8 * plan.names.length))),
    );
    this.features = plan.featureOrder.map((name) => this.#feature(plan, name));
    this.labelColumn = plan.labelColumn;
    this.labelName = plan.names[plan.labelColumn]!;
    const label = plan.columns[plan.labelColumn]!;
    this.labelTexts = new TextColumn(plan.missingTokens, label.kind === 'label' ? label.allowed : undefined);
    this.labels = new Int32Array(this.capacity);
  }

  #feature(plan: TablePlan, name: string): Feature {
    const fileColumn = plan.names.indexOf(name);
    const column = plan.columns[fileColumn]!;
    if (column.kind === 'numeric') {
      const values = new Float64Array(this.capacity);
      return { name, fileColumn, kind: 'numeric', values, min: column.min, max: column.max };
    }
    const allowed = column.kind === 'categorical' ? column.allowed : undefined;
    const codes = new Int32Array(this.capacity);
    return {
      name,
      fileColumn,
      kind: 'categorical',
      codes,
      texts: new TextColumn(plan.missingTokens, allowed),
      allowed,
    };
  }
}
