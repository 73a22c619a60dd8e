import { describe, expect, it } from 'vitest';
import { openArtifact, writeArtifact } from '../../../lib/classifier/artifact.ts';
import { Model } from '../../../lib/classifier/model.ts';
import { openModel, readModel, writeModel } from '../../../lib/classifier/model-file.ts';
import { ArtifactError } from '../../../lib/errors.ts';
import { fitModel } from '../../../lib/training/fit-model.ts';
import { fittedModel } from '../../helpers/fitted-model.ts';

const values = Float64Array.from({ length: 300 }, (_, i) => (i % 10 === 9 ? Number.NaN : i));
const labels = Int32Array.from(values, (_, i) => (i < 150 ? 0 : 1));
const colours = { name: 'colour', type: 'categorical', categories: ['blue', 'red'] } as const;
const data = {
  columns: [
    { name: 'x', type: 'numeric', values } as const,
    { ...colours, codes: Int32Array.from(values, (_, i) => (i % 3) - 1) },
  ],
  labels,
  classes: ['a', 'b'],
  label: 'class',
  missingTokens: ['NA'],
  datasetSha256: 'd'.repeat(64),
};
const fitted = fitModel(data, data, {
  chosen: {
    recipe: { numbers: 'rank', space: 'shaped' },
    metric: 'euclidean',
    neighbours: 5,
    votes: { weights: 'distance', balance: 0.5 },
  },
  unseen: {
    predicted: labels,
    shares: Float64Array.from(labels, (_, i) => 0.6 + (i % 5) / 10),
    truth: labels,
  },
  lineage: { dataset_sha256: data.datasetSha256, algorithm_version: 2, seed: 42, settings: {} },
});
const { bytes, sha256 } = writeModel(fitted);

describe('a model and its file', () => {
  it('gives the same answers after it is written and opened', () => {
    const [before, after] = [new Model(fitted), openModel(bytes, sha256)];
    for (const row of [
      [3, 'red'],
      [149.5, null],
      [null, 'blue'],
      [1e9, 'unheard of'],
    ]) {
      expect(after.explain(row)).toEqual(before.explain(row));
    }
  });

  it('is read in place: rows are views of the file', () => {
    const packed = writeModel(fittedModel(values, labels));
    for (const file of [bytes, packed.bytes]) {
      const columns = readModel(file).raw.flatMap((column) =>
        'steps' in column ? Object.values(column) : column,
      );
      expect(columns.length).toBeGreaterThan(0);
      for (const array of columns) expect(array.buffer).toBe(file.buffer);
    }
  });

  it('is read with packed and with unpacked numbers', () => {
    const packed = writeModel(fittedModel(values, labels)).bytes;
    const { meta, sections } = openArtifact(packed);
    expect(sections.get('raw.0')).toBeInstanceOf(Int8Array);
    const plain = new Map(sections).set('raw.0', values);
    plain.delete('raw.0.rows');
    plain.delete('raw.0.values');
    const before = openModel(writeArtifact({ meta, sections: plain }).bytes);
    for (const query of [[3], [149.5], [null]])
      expect(openModel(packed).explain(query)).toEqual(before.explain(query));
    expect(openModel(packed).rawRows.table()).toEqual(before.rawRows.table());
  });

  it('explains with the rows as in the data, with missing values as null', () => {
    const { prediction, confidence, voteShare, probabilities, neighbours, novelty } = openModel(
      bytes,
    ).explain([29, null]);
    expect(prediction).toBe('a');
    expect(neighbours).toHaveLength(5);
    const distances = neighbours.map(({ distance }) => distance);
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    for (const { label, values: row } of neighbours) {
      const [x, colour] = row as [number | null, string | null];
      expect(label).toBe(x !== null && x >= 150 ? 'b' : 'a');
      expect(['blue', 'red', null]).toContain(colour);
    }
    expect(voteShare).toBe(1);
    expect(probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    expect(probabilities[0]).toEqual({ label: 'a', probability: confidence });
    expect(novelty.isNovel).toBe(false);
  });

  it('calls queries far outside the training data novel, but not its rows', () => {
    const model = openModel(bytes);
    expect(model.explain([1e7, 'red']).novelty).toMatchObject({ isNovel: true, percentile: 1 });
    const novel = Array.from({ length: 290 }, (_, i) => model.explain([i, 'red']).novelty.isNovel);
    expect(novel.filter(Boolean).length).toBeLessThan(30);
  });

  it('is refused when its parts do not fit each other', () => {
    const codeOf = (change: object) => {
      try {
        openModel(writeModel({ ...fitted, ...change }).bytes);
      } catch (error) {
        if (error instanceof ArtifactError) return error.code;
        throw error;
      }
      return 'opened';
    };
    const other = fittedModel(
      values.map((_, i) => i),
      labels,
    );
    expect(codeOf({})).toBe('opened');
    expect(codeOf({ labels: labels.slice(1) })).toBe('artifact_shape');
    expect(codeOf({ labels: labels.with(0, 2) })).toBe('artifact_labels');
    expect(codeOf({ index: other.index })).toBe('artifact_shape');
    expect(codeOf({ raw: [values.slice(1), fitted.raw[1]!] })).toBe('artifact_rows');
    expect(codeOf({ raw: [fitted.raw[0]!, new Uint8Array(300).fill(9)] })).toBe('artifact_rows');
    expect(codeOf({ encoder: { ...fitted.encoder, map: null } })).toBe('artifact_map');
    expect(codeOf({ encoder: { ...fitted.encoder, table: new Float64Array(2) } })).toBe('artifact_table');
    expect(codeOf({ encoder: { ...fitted.encoder, table: fitted.encoder.table.map(() => 1) } })).toBe(
      'artifact_table',
    );
    expect(codeOf({ meta: { ...fitted.meta, neighbours: 0 } })).toBe('artifact_header');
    expect(codeOf({ meta: { ...fitted.meta, classes: ['a', 'b', 'c'] } })).toBe('artifact_shape');
  });
});
