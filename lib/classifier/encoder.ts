import type { DatasetFeature } from '../dataset/parquet/read-parquet.ts';
import { ArtifactError } from '../errors.ts';
import { type LinearMap, mapPoints } from './discriminants.ts';
import {
  categoryIndex,
  type FeatureCode,
  featureWidth,
  isMeasurableNumber,
  numberCoordinate,
  type RawValue,
  writeCategory,
} from './feature-code.ts';

/** What an encoder consists of, as an artifact stores it. */
export interface EncoderData {
  /** In feature order. */
  readonly features: readonly FeatureCode[];
  /** What the features' codes point into: tables of ranks and of class frequencies. */
  readonly table: Float64Array;
  /** Applied to the features' coordinates; null for none. */
  readonly map: LinearMap | null;
}

/** Turns raw values into the coordinates that distances are measured between. */
export class Encoder {
  readonly data: EncoderData;
  readonly dimension: number;
  readonly #width: number;

  constructor(data: EncoderData) {
    this.data = data;
    this.#width = data.features.reduce((sum, code) => sum + featureWidth(code), 0);
    this.dimension = data.map?.to ?? this.#width;
    if (data.map && data.map.from !== this.#width) {
      throw new ArtifactError('artifact_map', 'The artifact is refused: its map does not fit its features');
    }
  }

  get features(): readonly FeatureCode[] {
    return this.data.features;
  }

  /** Whether distances to this value of a numeric feature can be computed. */
  isMeasurable(code: FeatureCode, value: number): boolean {
    return code.type === 'numeric' && isMeasurableNumber(code, value, this.data.table);
  }

  /** Encodes one row of raw values, in the features' order: `dimension` coordinates. */
  encodeRow(values: readonly RawValue[]): Float64Array {
    const { features, table, map } = this.data;
    const point = new Float64Array(this.#width);
    let at = 0;
    features.forEach((code, index) => {
      const value = values[index] ?? null;
      if (code.type === 'numeric') {
        point[at] = numberCoordinate(code, value === null ? code.median : (value as number), table);
      } else {
        const category = value === null ? -1 : categoryIndex(code.categories, value as string);
        writeCategory(code, category, table, point, at);
      }
      at += featureWidth(code);
    });
    return map === null ? point : mapPoints(map, point);
  }

  /** Encodes all rows of a table whose columns stand in feature order: row-major, `rows x dimension`. */
  encodeColumns(columns: readonly DatasetFeature[]): Float64Array {
    const { features, map } = this.data;
    const points = new Float64Array(rowCount(columns) * this.#width);
    let offset = 0;
    features.forEach((code, index) => {
      this.#encodeColumn(code, columns[index]!, points, offset);
      offset += featureWidth(code);
    });
    return map === null ? points : mapPoints(map, points);
  }

  #encodeColumn(code: FeatureCode, column: DatasetFeature, points: Float64Array, offset: number): void {
    const { table } = this.data;
    const width = this.#width;
    if (code.type === 'numeric') {
      const { values } = column as Extract<DatasetFeature, { type: 'numeric' }>;
      for (let row = 0, at = offset; row < values.length; row++, at += width) {
        const value = values[row]!;
        points[at] = numberCoordinate(code, Number.isNaN(value) ? code.median : value, table);
      }
      return;
    }
    const { codes, categories } = column as Extract<DatasetFeature, { type: 'categorical' }>;
    const indices = categories.map((category) => categoryIndex(code.categories, category));
    for (let row = 0, at = offset; row < codes.length; row++, at += width) {
      const category = codes[row]!;
      writeCategory(code, category < 0 ? -1 : indices[category]!, table, points, at);
    }
  }
}

/** The number of rows of a table given by column; 0 without columns. */
export function rowCount(columns: readonly DatasetFeature[]): number {
  const first = columns[0];
  if (!first) return 0;
  return first.type === 'numeric' ? first.values.length : first.codes.length;
}
