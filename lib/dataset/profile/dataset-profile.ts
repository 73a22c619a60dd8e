import { byCodeUnits } from '../../code-units.ts';
import { type ColumnProfile, NUMBERS_PROFILES, TEXTS_PROFILES } from '../../columns/kinds.ts';
import type { TextsSummary } from '../../columns/profile.ts';
import type { Feature, GroupSurvey, RowGroup, TextColumn, TextSurvey } from '../rows/row-group.ts';
import { NumbersProfiler } from './numbers-profiler.ts';

const TOP_CATEGORIES = 20;

/** Profile of the accepted rows. Keys are snake_case because it is written to report.json unchanged. */
export interface DatasetProfile {
  readonly columns: readonly ColumnProfile[];
  readonly classes: readonly { readonly label: string; readonly count: number; readonly share: number }[];
  readonly duplicates: {
    readonly duplicate_rows: number;
    readonly conflicting_rows: number;
    readonly exact: boolean;
    readonly sampled_rows: number;
  };
}

/** Collects a profile group by group, in memory that does not depend on the number of rows. */
export class DatasetProfiler {
  readonly #numbers = new Map<string, NumbersProfiler>();
  readonly #texts = new Map<string, TextCounter>();
  readonly #labels: TextCounter;
  #rows = 0;

  constructor(group: RowGroup) {
    for (const feature of group.features) {
      if (feature.storage === 'numbers')
        this.#numbers.set(feature.name, new NumbersProfiler(NUMBERS_PROFILES[feature.kind].sketchedBy));
      else this.#texts.set(feature.name, new TextCounter(feature.texts));
    }
    this.#labels = new TextCounter(group.label.texts);
  }

  /**
   * @param survey of the group
   * @param isOnly whether this is the only group: the figures are then exact
   */
  add(group: RowGroup, survey: GroupSurvey, isOnly: boolean): void {
    for (const column of survey.features) {
      const { name } = column.feature;
      if (column.storage === 'numbers') this.#numbers.get(name)!.add(column, group, isOnly);
      else this.#texts.get(name)!.add(column.survey);
    }
    this.#labels.add(survey.label.survey);
    this.#rows += group.rows;
  }

  /** Distinct values of accepted rows, in code-unit order. */
  categoriesOf(name: string): string[] {
    return this.#texts
      .get(name)!
      .used()
      .map(({ value }) => value);
  }

  classes(): string[] {
    return this.#labels.used().map(({ value }) => value);
  }

  hasMissing(name: string): boolean {
    return (this.#numbers.get(name)?.missing ?? this.#texts.get(name)?.missing ?? 0) > 0;
  }

  profile(features: readonly Feature[]): Omit<DatasetProfile, 'duplicates'> {
    return {
      columns: features.map((feature) => this.#columnProfile(feature)),
      classes: this.#labels
        .used()
        .map(({ value, count }) => ({ label: value, count, share: count / this.#rows })),
    };
  }

  #columnProfile(feature: Feature): ColumnProfile {
    const { name } = feature;
    return feature.storage === 'numbers'
      ? NUMBERS_PROFILES[feature.kind].profileOf(name, this.#numbers.get(name)!.summary())
      : TEXTS_PROFILES[feature.kind].profileOf(name, this.#textsSummary(name));
  }

  #textsSummary(name: string): TextsSummary {
    const counter = this.#texts.get(name)!;
    const used = counter.used();
    const top = used
      .toSorted((a, b) => b.count - a.count || byCodeUnits(a.value, b.value))
      .slice(0, TOP_CATEGORIES);
    return { count: this.#rows - counter.missing, missing: counter.missing, categories: used.length, top };
  }
}

/** Counts how often each text occurs. Texts of rejected rows may be in the table; their count stays 0. */
class TextCounter {
  missing = 0;
  readonly #texts: TextColumn;
  #counts = new Float64Array(64);

  constructor(texts: TextColumn) {
    this.#texts = texts;
  }

  add({ missing, counts }: TextSurvey): void {
    if (counts.length > this.#counts.length) {
      const larger = new Float64Array(counts.length * 2);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.missing += missing;
    for (let code = 0; code < counts.length; code++) this.#counts[code]! += counts[code]!;
  }

  used(): { value: string; count: number }[] {
    const used: { value: string; count: number }[] = [];
    for (let code = 0; code < this.#texts.size; code++) {
      if (this.#counts[code]! > 0) used.push({ value: this.#texts.textOf(code), count: this.#counts[code]! });
    }
    return used.sort((a, b) => byCodeUnits(a.value, b.value));
  }
}
