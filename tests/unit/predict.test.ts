import { describe, expect, it } from 'vitest';
import { predict } from '../../functions/predict/predict.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import type { DatasetFeature } from '../../lib/dataset/read-parquet.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { irisData } from '../helpers/iris.ts';

const iris = {
  model: openModel(trainModel(irisData(), DEFAULT_SETTINGS).artifact),
  version: 3,
  stale: false,
};

const mixedColumns: DatasetFeature[] = [
  {
    name: 'mass',
    type: 'numeric',
    values: Float64Array.from({ length: 20 }, (_, i) => (i === 4 ? Number.NaN : i)),
  },
  {
    name: 'island',
    type: 'categorical',
    codes: Int32Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 1)),
    categories: ['Biscoe', 'Dream'],
  },
];
const championOf = (columns: readonly DatasetFeature[]) => ({
  model: openModel(
    trainModel(
      {
        columns,
        labels: Int32Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 1)),
        classes: ['light', 'toString'],
        label: 'kind',
        missingTokens: [],
        datasetSha256: 'a'.repeat(64),
      },
      DEFAULT_SETTINGS,
    ).artifact,
  ),
  version: 1,
  stale: false,
});
const mixed = championOf(mixedColumns);

const faultsOf = (body: unknown, champion = iris) => {
  try {
    predict(body, champion);
  } catch (error) {
    if (error instanceof HttpError)
      return { status: error.status, paths: error.faults.map(({ path }) => path) };
    throw error;
  }
  return undefined;
};

describe('predict', () => {
  it('answers one row with exactly prediction, confidence and model_version', () => {
    expect(predict({ features: [5.1, 3.5, 1.4, 0.2] }, iris)).toEqual({
      prediction: 'setosa',
      confidence: expect.closeTo(0.98, 1),
      model_version: 'v3',
    });
  });

  it('takes features by name, in any order', () => {
    const features = { petal_width: 0.2, sepal_length: 5.1, petal_length: 1.4, sepal_width: 3.5 };
    expect(predict({ features }, iris)).toEqual(predict({ features: [5.1, 3.5, 1.4, 0.2] }, iris));
  });

  it('answers many rows in their order', () => {
    const instances = [
      [5.1, 3.5, 1.4, 0.2],
      [6.3, 3.3, 6, 2.5],
    ];
    expect(predict({ instances }, iris)).toMatchObject({
      predictions: [{ prediction: 'setosa' }, { prediction: 'virginica' }],
      model_version: 'v3',
    });
  });

  it('takes categories, gaps where training saw some, and categories that training never saw', () => {
    expect(predict({ features: [1, 'Biscoe'] }, mixed)).toMatchObject({ prediction: 'light' });
    expect(predict({ features: [null, 'Dream'] }, mixed)).toMatchObject({ prediction: 'toString' });
    expect(predict({ features: [18, 'Atlantis'] }, mixed)).toMatchObject({ prediction: 'toString' });
    expect(faultsOf({ features: [1, null] }, mixed)).toEqual({ status: 400, paths: ['features[1]'] });
  });

  it.each([
    [{ features: [1, 2, 3] }, ['features']],
    [{ features: [1, 2, 3, 4, 5] }, ['features']],
    [{ features: [1, 2, 3, '4'] }, ['features[3]']],
    [{ features: [1, 2, null, 4] }, ['features[2]']],
    [{ features: [1, 2, 3, Number.POSITIVE_INFINITY] }, ['features[3]']],
    [{ features: [1, 2, -1e308, 1e160] }, ['features[2]', 'features[3]']],
    [{ instances: [[1, 2, 3, Number.MAX_VALUE]] }, ['instances[0][3]']],
    [{ instances: { 0: [1, 2, 3, 4] } }, ['instances']],
    [{ instances: [null] }, ['instances[0]']],
    [{ features: ['a', true, 3, 4] }, ['features[0]', 'features[1]']],
    [{ features: [1, 2, 3, [4]] }, ['features[3]']],
    [{ features: [[1, 2, 3, 4]] }, ['features']],
    [{ features: 5 }, ['features']],
    [
      { features: { sepal_length: 1 } },
      ['features.sepal_width', 'features.petal_length', 'features.petal_width'],
    ],
    [{ instances: [[1, 2, 3, 4], [1]] }, ['instances[1]']],
    [{ instances: [] }, ['instances']],
    [{ instances: [[1, 2, 3, 4]], features: [1, 2, 3, 4] }, ['']],
    [{ features: [1, 2, 3, 4], extra: 1 }, ['']],
    [{}, ['features']],
    [null, ['']],
    [[1, 2, 3, 4], ['']],
    ['text', ['']],
  ])('refuses %j with the path', (body, paths) => {
    expect(faultsOf(body)).toEqual({ status: 400, paths });
  });

  it('names an unknown feature, also one that is named like a prototype', () => {
    const features = JSON.parse(
      '{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4,"constructor":5}',
    );
    expect(faultsOf({ features })).toEqual({ status: 400, paths: ['features.constructor'] });
  });

  it('takes a number as far out as distances can be computed', () => {
    expect(predict({ features: [1e139, 0, 0, 0] }, iris)).toMatchObject({ model_version: 'v3' });
  });

  it('says what a body must hold, and what it holds besides', () => {
    const detailOf = (body: unknown) => expect(() => predict(body, iris));
    detailOf([1]).toThrow('body: expected {"features": ...} or {"instances": [...]}');
    detailOf({ features: [1, 2, 3, 4], colour: 1 }).toThrow('got also "colour"');
    detailOf({ features: [1, 2, 3, 4], instances: [[1, 2, 3, 4]] }).toThrow('got also "features"');
  });

  it('advises null for a missing feature only where null is taken', () => {
    expect(() => predict({ features: { island: 'Dream' } }, mixed)).toThrow('mass: missing; pass null');
    expect(() => predict({ features: { mass: 1 } }, mixed)).toThrow(/island: missing$/);
  });

  it('names __proto__ as unknown where it is no feature, and takes it where it is one', () => {
    const unknown = JSON.parse('{"mass":1,"island":"Dream","__proto__":5}');
    expect(faultsOf({ features: unknown }, mixed)).toEqual({ status: 400, paths: ['features.__proto__'] });
    const columns = mixedColumns.map((column, i) => (i === 0 ? { ...column, name: '__proto__' } : column));
    const known = JSON.parse('{"__proto__":1,"island":"Biscoe"}');
    expect(predict({ features: known }, championOf(columns))).toMatchObject({ prediction: 'light' });
  });

  it('learns features of both kinds for that test', () => {
    expect(mixed.model.features.map(({ type }) => type)).toEqual(['numeric', 'categorical']);
  });
});
