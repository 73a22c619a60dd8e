import * as z from 'zod/mini';
import { ArtifactError } from '../errors.ts';
import { type ArtifactContent, openArtifact, type SectionArray, writeArtifact } from './artifact.ts';
import { areSound } from './boosted-trees.ts';
import { type CoordinateMap, givesScores, isTrees, type LinearMap } from './coordinate-map.ts';
import { Encoder } from './encoder.ts';
import { checkCodes } from './feature-codes.ts';
import { type LandmarkScores, type Landmarks, landmarkTiles, MAX_SCORE_WEIGHT } from './landmark-scores.ts';
import { type FittedModel, Model, modelMeta } from './model.ts';
import { type RawColumn, RawRows, type RawRowsData } from './raw-rows.ts';
import type { NeighbourIndexData } from './search/neighbour-index.ts';
import { METRICS } from './search/types.ts';
import { MAX_TREE_SCORE, type TreeScores } from './tree-scores.ts';

/**
 * The largest entry of a map. Learnt maps have no entry above 1,000, but for rounding; the limit keeps
 * distances from overflowing.
 */
const MAX_ENTRY = 1001;

/** The header of a `.knn` file: the model's metadata, and the facts that its sections do not hold. */
const fileMeta = z.strictObject({
  ...modelMeta.shape,
  index: z.strictObject({
    kind: z.enum(['tree', 'scan']),
    metric: z.enum(METRICS),
    rows: z.int(),
    dimension: z.int(),
  }),
  map: z.nullable(
    z.strictObject({
      from: z.int(),
      to: z.int(),
      /** Of landmark scores only. */
      half_at: z.optional(z.number().check(z.positive())),
      /** The number of trees, of scores by trees only. */
      trees: z.optional(z.int().check(z.positive())),
    }),
  ),
});

/** The bytes of a model's `.knn` file and their sha256. They depend only on the model. */
export function writeModel({ meta, encoder, index, labels, raw }: FittedModel): {
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
} {
  const sections = new Map<string, SectionArray>([
    ['labels', labels],
    ['encoder.table', encoder.table],
  ]);
  for (const [name, array] of Object.entries(mapArrays(encoder.map))) sections.set(name, array);
  new RawRows({ raw, encoder, index }).packed().forEach((column, i) => {
    if (!('steps' in column)) {
      sections.set(`raw.${i}`, column);
      return;
    }
    sections.set(`raw.${i}`, column.steps);
    sections.set(`raw.${i}.rows`, column.rows);
    sections.set(`raw.${i}.values`, column.values);
  });
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(index)) {
    if (ArrayBuffer.isView(value)) sections.set(`index.${name}`, value as SectionArray);
    else facts[name] = value;
  }
  const map = mapFacts(encoder.map);
  return writeArtifact({ meta: { ...meta, features: encoder.features, map, index: facts }, sections });
}

/** Landmarks are rows that the file has: it holds their numbers. */
const mapArrays = (map: CoordinateMap | null): Record<string, SectionArray> => {
  if (map === null) return {};
  if (!givesScores(map)) return { 'encoder.map': map.matrix };
  const scores = { 'encoder.map': map.weights, 'encoder.landmarks': map.rows };
  if (!isTrees(map)) return scores;
  const { starts, coordinates, bounds, children, leaves } = map.trees;
  return {
    ...scores,
    'trees.starts': starts,
    'trees.coordinates': coordinates,
    'trees.bounds': bounds,
    'trees.children': children,
    'trees.leaves': leaves,
  };
};

const mapFacts = (map: CoordinateMap | null) => map && { from: map.from, to: map.to, ...scoreFacts(map) };

function scoreFacts(map: CoordinateMap) {
  if (isTrees(map)) return { trees: map.trees.starts.length - 1 };
  return givesScores(map) ? { half_at: map.halfAt } : {};
}

/**
 * Reads a `.knn` file in place.
 *
 * @param expectedSha256 the name the file was requested by; without it the file's own digest is checked
 * @throws ArtifactError with the check that failed
 */
export function readModel(bytes: Uint8Array<ArrayBuffer>, expectedSha256?: string): FittedModel {
  const content = openArtifact(bytes, expectedSha256);
  const parsed = z.safeParse(fileMeta, content.meta);
  if (!parsed.success) {
    throw new ArtifactError('artifact_header', `The artifact is refused: ${z.prettifyError(parsed.error)}`);
  }
  const { index, map, features, ...meta } = parsed.data;
  const table = sectionOf(content, 'encoder.table', Float64Array);
  checkCodes(features, table);
  const parts = {
    encoder: { features, table, map: null },
    index: indexData(index, content),
    raw: features.map((_, i) => rawColumn(content, `raw.${i}`)),
  };
  return {
    ...parts,
    meta,
    encoder: { features, table, map: map && mapOf(map, content, parts) },
    labels: sectionOf(content, 'labels', Int32Array),
  };
}

/**
 * The memory that a model takes, at most, apart from about 0.1 MB that every model takes: its file, which is
 * used in place, and a search filter of at most a quarter of the points' bytes.
 *
 * @param fileBytes size of its `.knn` file
 */
export const modelMemoryBytes = (fileBytes: number): number => Math.ceil(1.25 * fileBytes);

/** Opens a `.knn` file for predictions. See readModel. */
export function openModel(bytes: Uint8Array<ArrayBuffer>, expectedSha256?: string): Model {
  return new Model(readModel(bytes, expectedSha256));
}

type IndexFacts = z.infer<typeof fileMeta>['index'];

/** Does not check lengths and contents: the search does so when it opens the index. */
function indexData({ kind, ...facts }: IndexFacts, content: ArtifactContent): NeighbourIndexData {
  const points = sectionOf(content, 'index.points', Float64Array);
  if (kind === 'scan') return { kind, ...facts, points };
  return {
    kind,
    ...facts,
    points,
    order: sectionOf(content, 'index.order', Int32Array),
    splitFeatures: sectionOf(content, 'index.splitFeatures', Uint16Array),
    splitBounds: sectionOf(content, 'index.splitBounds', Float64Array),
  };
}

type MapFacts = NonNullable<z.infer<typeof fileMeta>['map']>;

function mapOf(
  { half_at, trees, ...facts }: MapFacts,
  content: ArtifactContent,
  parts: RawRowsData,
): CoordinateMap {
  if (trees !== undefined) return treeScoresOf({ ...facts, trees }, content, parts);
  if (half_at === undefined) return linearMapOf(facts, content);
  return landmarkScoresOf({ ...facts, halfAt: half_at }, content, parts);
}

function linearMapOf({ from, to }: MapFacts, content: ArtifactContent): LinearMap {
  const matrix = sectionOf(content, 'encoder.map', Float64Array);
  const fits =
    from > 0 &&
    to > 0 &&
    matrix.length === from * to &&
    matrix.every((entry) => Math.abs(entry) <= MAX_ENTRY);
  if (fits) return { from, to, matrix };
  throw malformedMap();
}

function landmarkScoresOf(
  { from, to, halfAt }: Pick<LandmarkScores, 'from' | 'to' | 'halfAt'>,
  content: ArtifactContent,
  parts: RawRowsData,
): LandmarkScores {
  const weights = sectionOf(content, 'encoder.map', Float64Array);
  const landmarks = landmarksOf(from, content, parts);
  const fits =
    to > 0 &&
    weights.length === (landmarks.rows.length + 1) * to &&
    weights.every((weight) => Math.abs(weight) <= MAX_SCORE_WEIGHT);
  if (!fits) throw malformedMap();
  return { ...landmarks, to, halfAt, weights };
}

function treeScoresOf(
  { from, to, trees: count }: Pick<TreeScores, 'from' | 'to'> & { readonly trees: number },
  content: ArtifactContent,
  parts: RawRowsData,
): TreeScores {
  const outputs = to / 2;
  const weights = sectionOf(content, 'encoder.map', Float64Array);
  const trees = {
    outputs,
    starts: sectionOf(content, 'trees.starts', Uint32Array),
    coordinates: sectionOf(content, 'trees.coordinates', Uint16Array),
    bounds: sectionOf(content, 'trees.bounds', Float32Array),
    children: sectionOf(content, 'trees.children', Uint8Array),
    leaves: sectionOf(content, 'trees.leaves', Float32Array),
  };
  const isSmall = (number: number) => Math.abs(number) <= MAX_TREE_SCORE;
  const fits =
    to > 0 &&
    Number.isInteger(outputs) &&
    weights.length === (from + 1) * outputs &&
    weights.every(isSmall) &&
    trees.starts.length === count + 1 &&
    areSound(trees, from) &&
    trees.leaves.every(isSmall);
  if (!fits) throw malformedMap();
  return { ...landmarksOf(from, content, parts), to, weights, trees };
}

function landmarksOf(from: number, content: ArtifactContent, parts: RawRowsData): Landmarks {
  const rows = sectionOf(content, 'encoder.landmarks', Int32Array);
  const encoder = new Encoder(parts.encoder);
  const fits =
    rows.length > 0 &&
    encoder.dimension === from &&
    rows.every((row, i) => row >= 0 && row < parts.index.rows && (i === 0 || row > rows[i - 1]!));
  if (!fits) throw malformedMap();
  return { from, rows, tiles: landmarkTiles(landmarkPoints(encoder, rows, parts), from) };
}

/** The coordinates of some of the rows, which are stored as they were in the data. */
function landmarkPoints(encoder: Encoder, rows: Int32Array, parts: RawRowsData): Float64Array {
  const stored = new RawRows(parts);
  stored.check();
  const points = new Float64Array(rows.length * encoder.dimension);
  rows.forEach((row, i) => {
    points.set(encoder.encodeRow(stored.row(row)), i * encoder.dimension);
  });
  return points;
}

const malformedMap = () =>
  new ArtifactError('artifact_map', 'The artifact is refused: its map of coordinates is malformed');

function rawColumn(content: ArtifactContent, name: string): RawColumn {
  const section = anySectionOf(content, name);
  if (!(section instanceof Int8Array)) return section;
  return {
    steps: section,
    rows: sectionOf(content, `${name}.rows`, Uint32Array),
    values: sectionOf(content, `${name}.values`, Float64Array),
  };
}

function anySectionOf(content: ArtifactContent, name: string): SectionArray {
  const section = content.sections.get(name);
  if (section) return section;
  throw new ArtifactError('artifact_section', `The artifact is refused: it has no section "${name}"`);
}

function sectionOf<T extends SectionArray>(
  content: ArtifactContent,
  name: string,
  Type: new (length: number) => T,
): T {
  const section = anySectionOf(content, name);
  if (section instanceof Type) return section;
  throw new ArtifactError(
    'artifact_section',
    `The artifact is refused: section "${name}" is no ${Type.name}`,
  );
}
