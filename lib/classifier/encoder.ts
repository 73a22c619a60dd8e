import type { Encoding } from '../columns/encoding.ts';
import { ENCODINGS, type FeatureCode } from '../columns/kinds.ts';
import type { RawValue } from '../columns/storage.ts';
import { ArtifactError } from '../errors.ts';
import { type CoordinateMap, givesScores, isTrees, mapPoints } from './coordinate-map.ts';
import { scoresAt, squaredDistances } from './landmark-scores.ts';

/** The data of an encoder, as an artifact stores it. */
export interface EncoderData {
  /** In feature order. */
  readonly features: readonly FeatureCode[];
  /** Rank tables and class frequencies. The features' codes hold positions in it. */
  readonly table: Float64Array;
  /** Applied to the features' coordinates; null for none. */
  readonly map: CoordinateMap | null;
}

/** Where a row lies. */
export interface PlacedRow {
  /** The coordinates that distances to its neighbours are measured between. */
  readonly point: Float64Array;
  /** With scores, the squared distances to the landmarks; null without. */
  readonly toLandmarks: Float64Array | null;
}

/** A feature and the offset of its coordinates within a row. */
interface EncodedFeature {
  readonly code: FeatureCode;
  readonly encoding: Encoding<FeatureCode>;
  readonly offset: number;
}

/** Turns raw values into the coordinates that the search measures distances between. */
export class Encoder {
  readonly data: EncoderData;
  readonly dimension: number;
  readonly #features: readonly EncodedFeature[];
  readonly #width: number;

  constructor(data: EncoderData) {
    this.data = data;
    let width = 0;
    this.#features = data.features.map((code) => {
      const encoding = ENCODINGS[code.type];
      const offset = width;
      width += encoding.width(code);
      return { code, encoding, offset };
    });
    this.#width = width;
    this.dimension = data.map?.to ?? width;
    if (data.map && data.map.from !== width) {
      throw new ArtifactError('artifact_map', 'The artifact is refused: its map does not fit its features');
    }
  }

  get features(): readonly FeatureCode[] {
    return this.data.features;
  }

  /** Encodes one row of raw values, given in the features' order, as `dimension` coordinates. */
  encodeRow(values: readonly RawValue[]): Float64Array {
    return this.placeRow(values).point;
  }

  /** The same, with what a row's novelty is measured by. */
  placeRow(values: readonly RawValue[]): PlacedRow {
    const { map } = this.data;
    const point = this.#plainRow(values);
    if (!givesScores(map)) return { point: map === null ? point : mapPoints(map, point), toLandmarks: null };
    const toLandmarks = squaredDistances(map, point);
    return { point: isTrees(map) ? mapPoints(map, point) : scoresAt(map, toLandmarks), toLandmarks };
  }

  /** The features' own coordinates. */
  #plainRow(values: readonly RawValue[]): Float64Array {
    const { table } = this.data;
    const point = new Float64Array(this.#width);
    for (let i = 0; i < this.#features.length; i++) {
      const { code, encoding, offset } = this.#features[i]!;
      encoding.encodeValue(code, values[i] ?? null, table, point, offset);
    }
    return point;
  }
}
