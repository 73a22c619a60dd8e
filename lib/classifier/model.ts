import * as z from 'zod/mini';
import { ArtifactError } from '../errors.ts';
import { type ArtifactContent, openArtifact, type SectionArray, writeArtifact } from './artifact.ts';
import { type EncodedFeature, encodedFeature, encodeRow, featureWidth, type RawValue } from './encoder.ts';
import { type NeighbourIndexData, type NeighbourSearch, openIndex } from './search/neighbour-index.ts';
import { VoteCounter } from './vote.ts';

const modelMeta = z.strictObject({
  features: z.array(encodedFeature),
  label: z.string(),
  /** In code-unit order: a class index is a position in here. */
  classes: z.array(z.string()).check(z.minLength(2)),
  neighbours: z.int().check(z.minimum(1)),
  index: z.looseObject({ kind: z.enum(['tree', 'scan']) }),
  lineage: z.strictObject({
    dataset_sha256: z.string(),
    algorithm_version: z.int(),
    seed: z.int(),
    settings: z.record(z.string(), z.unknown()),
  }),
});

export type ModelMeta = z.infer<typeof modelMeta>;

/** The answer to one query. */
export interface Prediction {
  readonly prediction: string;
  /** The share of the neighbours that voted for it, in (0, 1]. */
  readonly confidence: number;
}

/** Everything that a fitted model consists of. */
export interface FittedModel {
  readonly meta: Omit<ModelMeta, 'index'>;
  readonly index: NeighbourIndexData;
  /** Class index per row, in the order of the index's rows. */
  readonly labels: Int32Array;
}

/** A k-NN classifier that answers. Made once, used for any number of predictions, one at a time. */
export class Model {
  readonly meta: Omit<ModelMeta, 'index'>;
  readonly #search: NeighbourSearch;
  readonly #labels: Int32Array;
  readonly #votes: VoteCounter;
  readonly #query: Float64Array;

  constructor({ meta, index, labels }: FittedModel) {
    const dimension = meta.features.reduce((sum, feature) => sum + featureWidth(feature), 0);
    if (index.dimension !== dimension || labels.length !== index.rows) {
      throw new ArtifactError(
        'artifact_shape',
        'The artifact is refused: its index does not fit its features or labels',
      );
    }
    if (labels.some((label) => label < 0 || label >= meta.classes.length)) {
      throw new ArtifactError('artifact_labels', 'The artifact is refused: a row has no valid class');
    }
    this.meta = meta;
    this.#search = openIndex(index);
    this.#labels = labels;
    this.#votes = new VoteCounter(meta.classes.length);
    this.#query = new Float64Array(dimension);
  }

  /** The columns that a prediction takes, in the order of array requests. */
  get features(): readonly EncodedFeature[] {
    return this.meta.features;
  }

  /** Predicts the class of one row of raw values, given in the order of `features`. */
  predict(values: readonly RawValue[]): Prediction {
    return this.predictEncoded(encodeRow(this.meta.features, values, this.#query));
  }

  /** Predicts the class of one encoded row (length: the index's dimension). */
  predictEncoded(query: Float64Array): Prediction {
    const { rows, distances } = this.#search.nearest(query, this.meta.neighbours);
    const labels = rows.map((row) => this.#labels[row]!);
    const { winner, share } = this.#votes.count(labels, distances, labels.length);
    return { prediction: this.meta.classes[winner]!, confidence: share };
  }
}

/** The bytes of a model's `.knn` file and their sha256. Depends on nothing but the model. */
export function writeModel({ meta, index, labels }: FittedModel): {
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
} {
  const facts: Record<string, unknown> = {};
  const sections = new Map<string, SectionArray>([['labels', labels]]);
  for (const [name, value] of Object.entries(index)) {
    if (ArrayBuffer.isView(value)) sections.set(`index.${name}`, value as SectionArray);
    else facts[name] = value;
  }
  return writeArtifact({ meta: { ...meta, index: facts }, sections });
}

/**
 * Opens a `.knn` file for predictions, in place.
 *
 * @param expectedSha256 the name it was asked for by; without it the file's own digest is checked.
 * @throws ArtifactError saying which check failed.
 */
export function openModel(bytes: Uint8Array<ArrayBuffer>, expectedSha256?: string): Model {
  const content = openArtifact(bytes, expectedSha256);
  const parsed = z.safeParse(modelMeta, content.meta);
  if (!parsed.success) {
    throw new ArtifactError('artifact_header', `The artifact is refused: ${z.prettifyError(parsed.error)}`);
  }
  const { index: facts, ...meta } = parsed.data;
  return new Model({ meta, index: indexData(facts, content), labels: labelSection(content) });
}

function indexData(facts: Readonly<Record<string, unknown>>, content: ArtifactContent): NeighbourIndexData {
  const arrays = [...content.sections]
    .filter(([name]) => name.startsWith('index.'))
    .map(([name, array]) => [name.slice('index.'.length), array] as const);
  return { ...facts, ...Object.fromEntries(arrays) } as unknown as NeighbourIndexData;
}

function labelSection(content: ArtifactContent): Int32Array {
  const labels = content.sections.get('labels');
  if (labels instanceof Int32Array) return labels;
  throw new ArtifactError('artifact_section', 'The artifact is refused: it has no section "labels"');
}
