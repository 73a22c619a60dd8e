import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { predict as answer, predictExplained } from '../../../../functions/predict/predict.ts';
import { openModel } from '../../../../lib/classifier/model-file.ts';
import type { ColumnData } from '../../../../lib/columns/kinds.ts';
import { HttpError } from '../../../../lib/http/problem.ts';
import { explainedAnswer, explainedBatchAnswer } from '../../../../lib/http/schemas/predict-api.ts';
import { DEFAULT_SETTINGS } from '../../../../lib/training/settings.ts';
import { trainModel } from '../../../../lib/training/train-model.ts';
import { irisData } from '../../../helpers/iris.ts';

const iris = {
  model: openModel(trainModel(irisData(), DEFAULT_SETTINGS).artifact),
  version: 3,
};
type Served = typeof iris;
const predict = (body: unknown, { model, version }: Served) => answer(body, model, version);
const explain = (body: unknown, { model, version }: Served) => predictExplained(body, model, version);

const mixedColumns: ColumnData[] = [
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
const championOf = (columns: readonly ColumnData[]) => ({
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

  it('takes 10,000 rows and no more; with an explanation of each, 100', () => {
    const instances = (rows: number) => Array.from({ length: rows }, () => [5.1, 3.5, 1.4, 0.2]);
    expect(predict({ instances: instances(10_000) }, iris)).toMatchObject({ model_version: 'v3' });
    expect(() => predict({ instances: instances(10_001) }, iris)).toThrow('at most 10000 instances');
    expect(explain({ instances: instances(100) }, iris)).toMatchObject({ model_version: 'v3' });
    expect(() => explain({ instances: instances(101) }, iris)).toThrow(
      'at most 100 instances with explain=true',
    );
  });

  it('learns features of both kinds for that test', () => {
    expect(mixed.model.features.map(({ type }) => type)).toEqual(['numeric', 'categorical']);
  });
});

describe('predictExplained', () => {
  it('answers what predict answers, and adds the reasons in the form of the document', () => {
    const body = { features: [5.9, 3, 4.8, 1.8] };
    const explained = explain(body, iris);
    expect(explained).toMatchObject(predict(body, iris));
    expect(z.parse(explainedAnswer, explained)).toEqual(explained);
    const { probabilities, neighbours, novelty } = z.parse(explainedAnswer, explained);
    expect(probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    expect(neighbours).toHaveLength(iris.model.meta.neighbours);
    expect(Object.keys(neighbours[0]!.values)).toEqual(iris.model.features.map(({ name }) => name));
    const mean = neighbours.reduce((sum, { distance }) => sum + distance, 0) / neighbours.length;
    expect(novelty.distance).toBeCloseTo(mean, 12);
    expect(novelty.is_novel).toBe(false);
  });

  it('calls a row novel that lies farther from its neighbours than 99 of 100 training rows do', () => {
    const { novelty } = z.parse(explainedAnswer, explain({ features: [50, 50, 50, 50] }, iris));
    expect(novelty).toMatchObject({ is_novel: true, percentile: 1 });
    expect(novelty.distance).toBeGreaterThan(novelty.threshold);
  });

  it('explains many rows in their order, with the numbers of each alone', () => {
    const instances = [
      [5.1, 3.5, 1.4, 0.2],
      [6.3, 3.3, 6, 2.5],
    ];
    const { predictions } = z.parse(explainedBatchAnswer, explain({ instances }, iris));
    const alone = instances.map((features) => explain({ features }, iris));
    expect(predictions.map((one) => ({ ...one, model_version: 'v3' }))).toEqual(alone);
  });

  it('gives the value of a feature called __proto__ as a member like any other', () => {
    const columns = mixedColumns.map((column, i) => (i === 0 ? { ...column, name: '__proto__' } : column));
    const text = JSON.stringify(explain({ features: [1, 'Biscoe'] }, championOf(columns)));
    expect(text).toMatch(/"values":\{"__proto__":\d+,"island":"Biscoe"\}/);
  });

  it('refuses as soon as an answer would be larger than can be sent, whatever makes it large', () => {
    const long = 'x'.repeat(64 * 1024);
    const texts: ColumnData[] = Array.from({ length: 2 }, (_, i) => ({
      name: `text_${i}`,
      type: 'categorical',
      codes: Int32Array.from({ length: 20 }, (_, row) => (row < 10 ? 0 : 1)),
      categories: [`${long}a`, `${long}b`],
    }));
    const served = championOf(texts);
    const features = texts.map(() => 'other');
    const instances = Array.from({ length: 100 }, () => features);
    expect(predict({ instances }, served)).toMatchObject({ model_version: 'v1' });
    expect(explain({ features }, served)).toMatchObject({ model_version: 'v1' });
    expect(() => explain({ instances }, served)).toThrow(
      expect.objectContaining({ status: 400, code: 'answer_size', message: expect.stringContaining('6 MB') }),
    );
  });
});
