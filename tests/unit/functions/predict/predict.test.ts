import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { predict as answer, predictExplained } from '../../../../functions/predict/predict.ts';
import { Model } from '../../../../lib/classifier/model.ts';
import { openModel } from '../../../../lib/classifier/model-file.ts';
import type { ColumnData } from '../../../../lib/columns/kinds.ts';
import { HttpError, MAX_PROBLEM_BYTES, problemOf } from '../../../../lib/http/problem.ts';
import { explainedAnswer, explainedBatchAnswer } from '../../../../lib/http/schemas/predict-api.ts';
import { fitModel } from '../../../../lib/training/fit-model.ts';
import { DEFAULT_SETTINGS } from '../../../../lib/training/settings.ts';
import { trainModel } from '../../../../lib/training/train-model.ts';
import type { TrainingData } from '../../../../lib/training/training-data.ts';
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
const dataOf = (columns: readonly ColumnData[]): TrainingData => ({
  columns,
  labels: Int32Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 1)),
  classes: ['light', 'toString'],
  label: 'kind',
  missingTokens: ['NA'],
  datasetSha256: 'a'.repeat(64),
});
const championOf = (columns: readonly ColumnData[], rules: Partial<TrainingData> = {}) => ({
  model: openModel(trainModel({ ...dataOf(columns), ...rules }, DEFAULT_SETTINGS).artifact),
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

  it('accepts categories and gaps, including those that training never saw', () => {
    expect(predict({ features: [1, 'Biscoe'] }, mixed)).toMatchObject({ prediction: 'light' });
    expect(predict({ features: [null, 'Dream'] }, mixed)).toMatchObject({ prediction: 'toString' });
    expect(predict({ features: [18, 'Atlantis'] }, mixed)).toMatchObject({ prediction: 'toString' });
    expect(predict({ features: [1, null] }, mixed)).toMatchObject({ prediction: 'light' });
  });

  it.each([
    [{ features: [1, 2, 3] }, ['features']],
    [{ features: [1, 2, 3, 4, 5] }, ['features']],
    [{ features: [1, 2, 3, '4'] }, ['features[3]']],
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

  it('names an unknown feature, even one named like a prototype member', () => {
    const features = JSON.parse(
      '{"sepal_length":1,"sepal_width":2,"petal_length":3,"petal_width":4,"constructor":5}',
    );
    expect(faultsOf({ features })).toEqual({ status: 400, paths: ['features.constructor'] });
  });

  it('accepts a number as large as distances can be computed for', () => {
    expect(predict({ features: [1e139, 0, 0, 0] }, iris)).toMatchObject({ model_version: 'v3' });
  });

  it('says what a body must contain, and what it contains besides', () => {
    const detailOf = (body: unknown) => expect(() => predict(body, iris));
    detailOf([1]).toThrow('body: expected {"features": ...} or {"instances": [...]}');
    detailOf({ features: [1, 2, 3, 4], colour: 1 }).toThrow('got also "colour"');
    detailOf({ features: [1, 2, 3, 4], instances: [[1, 2, 3, 4]] }).toThrow('got also "features"');
  });

  it('suggests null for a missing feature only where null is accepted', () => {
    expect(() => predict({ features: { island: 'Dream' } }, mixed)).toThrow('mass: missing; pass null');
    const strict = championOf(mixedColumns, { asking: [{}, { required: true }] });
    expect(() => predict({ features: { mass: 1 } }, strict)).toThrow(/island: missing$/);
  });

  it('uses the median for a missing number in a feature that had no gaps', () => {
    const medians = iris.model.features.map((code) => (code.type === 'numeric' ? code.median : 0));
    expect(predict({ features: [5, null, 1.4, null] }, iris)).toEqual(
      predict({ features: [5, medians[1], 1.4, medians[3]] }, iris),
    );
  });

  it('refuses a gap where the contract has "nullable": false, with the path', () => {
    const strict = championOf(mixedColumns, { asking: [{ required: true }, { required: true }] });
    expect(
      faultsOf(
        {
          instances: [
            [1, 'Dream'],
            [null, null],
          ],
        },
        strict,
      ),
    ).toEqual({
      status: 400,
      paths: ['instances[1][0]', 'instances[1][1]'],
    });
    expect(faultsOf({ features: { mass: 1, island: 'NA' } }, strict)).toMatchObject({
      paths: ['features.island'],
    });
  });

  it('reports __proto__ as unknown where it is no feature, and accepts it where it is one', () => {
    const unknown = JSON.parse('{"mass":1,"island":"Dream","__proto__":5}');
    expect(faultsOf({ features: unknown }, mixed)).toEqual({ status: 400, paths: ['features.__proto__'] });
    const columns = mixedColumns.map((column, i) => (i === 0 ? { ...column, name: '__proto__' } : column));
    const known = JSON.parse('{"__proto__":1,"island":"Biscoe"}');
    expect(predict({ features: known }, championOf(columns))).toMatchObject({ prediction: 'light' });
  });

  it('accepts at most 10,000 rows, and at most 100 with explanations', () => {
    const instances = (rows: number) => Array.from({ length: rows }, () => [5.1, 3.5, 1.4, 0.2]);
    expect(predict({ instances: instances(10_000) }, iris)).toMatchObject({ model_version: 'v3' });
    expect(() => predict({ instances: instances(10_001) }, iris)).toThrow('at most 10000 instances');
    expect(explain({ instances: instances(100) }, iris)).toMatchObject({ model_version: 'v3' });
    expect(() => explain({ instances: instances(101) }, iris)).toThrow(
      'at most 100 instances with explain=true',
    );
  });

  it('has a mixed model with features of both kinds', () => {
    expect(mixed.model.features.map(({ type }) => type)).toEqual(['numeric', 'categorical']);
  });
});

describe('predictExplained', () => {
  it('answers as predict does, and adds the reasons in the form of the document', () => {
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

  it('calls a row novel that is farther from its neighbours than 99 of 100 training rows', () => {
    const { novelty } = z.parse(explainedAnswer, explain({ features: [50, 50, 50, 50] }, iris));
    expect(novelty).toMatchObject({ is_novel: true, percentile: 1 });
    expect(novelty.distance).toBeGreaterThan(novelty.threshold);
  });

  it('explains many rows in their order, each with its own numbers', () => {
    const instances = [
      [5.1, 3.5, 1.4, 0.2],
      [6.3, 3.3, 6, 2.5],
    ];
    const { predictions } = z.parse(explainedBatchAnswer, explain({ instances }, iris));
    const alone = instances.map((features) => explain({ features }, iris));
    expect(predictions.map((one) => ({ ...one, model_version: 'v3' }))).toEqual(alone);
  });

  it('returns the value of a feature called __proto__ as an ordinary member', () => {
    const columns = mixedColumns.map((column, i) => (i === 0 ? { ...column, name: '__proto__' } : column));
    const text = JSON.stringify(explain({ features: [1, 'Biscoe'] }, championOf(columns)));
    expect(text).toMatch(/"values":\{"__proto__":\d+,"island":"Biscoe"\}/);
  });

  it('refuses an answer as soon as it would be too large, whatever makes it large', () => {
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

describe('rows written as in the file', () => {
  const flags = ['False', 'True'];
  const money = { decimal: '.', group: ',', unit: '$', unit_stands: 'before', parentheses: false } as const;
  const columns: ColumnData[] = [
    { name: 'price', type: 'numeric', values: Float64Array.from({ length: 20 }, (_, i) => 1000.5 + 100 * i) },
    {
      name: 'member',
      type: 'categorical',
      codes: Int32Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 1)),
      categories: flags,
    },
  ];
  const shop = championOf(columns, {
    asking: [{ written: money }, {}],
    ignored: ['Unnamed: 0', 'customer'],
  });
  const explained = (features: unknown) => z.parse(explainedAnswer, explain({ features }, shop));

  it('accepts the label and ignored columns by name, and says that they are not used', () => {
    const features = { customer: 'x', price: 1100, member: 'False', kind: 'light', 'Unnamed: 0': 7 };
    expect(explained(features).ignored).toEqual(['customer', 'kind', 'Unnamed: 0']);
    expect(explained([1100, 'False']).ignored).toEqual([]);
    expect(faultsOf({ features: { ...features, colour: 1 } }, shop)).toEqual({
      status: 400,
      paths: ['features.colour'],
    });
  });

  it('accepts booleans in the spelling of the categories', () => {
    expect(explained([1100, false])).toEqual(explained([1100, 'False']));
    expect(explained([2800, true])).toEqual(explained([2800, 'True']));
    expect(faultsOf({ features: [1, true] }, mixed)).toEqual({ status: 400, paths: ['features[1]'] });
  });

  it('accepts numbers and gaps as the file wrote them, and shows that text beside the numbers', () => {
    const answer = explained(['$1,100.50', 'False']);
    expect(answer).toEqual(explained([1100.5, 'False']));
    for (const { values, written } of answer.neighbours) {
      expect(Object.keys(written!)).toEqual(['price']);
      expect(Number(written!.price!.replaceAll(/[$,]/g, ''))).toBe(values.price);
    }
    expect(answer.neighbours[0]!.written).toEqual({ price: '$1,100.50' });
    expect(explained(['NA', 'False']).unseen.gaps).toEqual(['price']);
    expect(() => predict({ features: ['1.100,50', 'False'] }, shop)).toThrow(
      'expected a number, or a text such as "$1,234.50", got a value of type string',
    );
    expect(() => predict({ features: ['$1e200', 'False'] }, shop)).toThrow('expected a number');
  });

  it('refuses text for a plain number, and shows plain numbers without text', () => {
    expect(faultsOf({ features: ['5.1', 'NaN', 1.4, ''] })).toEqual({
      status: 400,
      paths: ['features[0]', 'features[1]', 'features[3]'],
    });
    const { neighbours } = z.parse(explainedAnswer, explain({ features: [5.1, 3.5, 1.4, 0.2] }, iris));
    expect(neighbours[0]).not.toHaveProperty('written');
  });

  it('lists the categories and gaps of each row that training did not see', () => {
    const instances = [[null, 'Atlantis'], [5, 'Dream'], { mass: 5, island: null }];
    const { predictions } = z.parse(explainedBatchAnswer, explain({ instances }, mixed));
    expect(predictions.map(({ unseen }) => unseen)).toEqual([
      { categories: [{ feature: 'island', value: 'Atlantis' }], gaps: [] },
      { categories: [], gaps: [] },
      { categories: [], gaps: ['island'] },
    ]);
  });

  it('treats a text that means a gap in files as a gap, unless it is a category', () => {
    const named = mixedColumns.map((column) =>
      'categories' in column ? { ...column, categories: ['Biscoe', 'NA'] } : column,
    );
    const unseen = (features: unknown, served: Served) =>
      z.parse(explainedAnswer, explain({ features }, served)).unseen;
    expect(unseen([1, 'NA'], mixed)).toEqual({ categories: [], gaps: ['island'] });
    expect(unseen([1, ''], mixed)).toEqual({ categories: [], gaps: ['island'] });
    expect(unseen([1, 'NA'], championOf(named))).toEqual({ categories: [], gaps: [] });
  });

  it('repeats a limited part of an unknown category', () => {
    const { unseen } = z.parse(explainedAnswer, explain({ features: [1, 'x'.repeat(5000)] }, mixed));
    expect(unseen.categories).toEqual([{ feature: 'island', value: `${'x'.repeat(128)}…` }]);
  });

  it('lists up to 20 categories where a text is expected', () => {
    expect(() => predict({ features: [1, 5] }, mixed)).toThrow(
      '"island": expected a text ("Biscoe", "Dream"), got a value of type number',
    );
    const many = Array.from({ length: 25 }, (_, i) => `c${String(i).padStart(2, '0')}`);
    const codes = Int32Array.from({ length: 20 }, (_, i) => i);
    const served = championOf([{ name: 'code', type: 'categorical', codes, categories: many }]);
    expect(() => predict({ features: [5] }, served)).toThrow(/"c19" or 5 others\)/);
  });
});

describe('an error of a request', () => {
  /** The columns of the widest table, with the longest names. */
  const wide: ColumnData[] = Array.from({ length: 999 }, (_, i) => ({
    name: `${String(i).padStart(3, '0')}${'\u6f22'.repeat(125)}`,
    type: 'categorical',
    codes: Int32Array.from({ length: 20 }, (_, row) => (row < 10 ? 0 : 1)),
    categories: ['\u5b57'.repeat(5000), '\u6587'.repeat(5000)],
  }));
  const served = {
    model: new Model(
      fitModel(dataOf(wide), dataOf(wide), {
        chosen: {
          recipe: { numbers: 'standard', space: 'plain' },
          metric: 'euclidean',
          neighbours: 3,
          votes: { weights: 'uniform', balance: 0 },
        },
        unseen: { predicted: Int32Array.of(0), shares: Float64Array.of(1), truth: Int32Array.of(0) },
        lineage: { dataset_sha256: 'd'.repeat(64), algorithm_version: 0, seed: 0, settings: {} },
      }),
    ),
    version: 1,
  };
  const rows = (instance: unknown) => ({ instances: Array.from({ length: 10_000 }, () => instance) });

  it.each([
    ['10,000 empty rows by name', rows({})],
    ['10,000 empty rows in order', rows([])],
    ['rows of numbers for texts', rows(wide.map((_, i) => i))],
    ['rows of unknown names', rows({ [`\u0001${'\u0002'.repeat(5000)}`]: 1 })],
    [
      '10,000 names that no body has',
      Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`\u0001${i}`, 1])),
    ],
    ['10,000 rows that are none', rows(7)],
  ])('is below 16 KB and made within seconds: %s', (_, body) => {
    const startedMs = performance.now();
    let answer = '';
    try {
      predict(body, served);
    } catch (error) {
      answer = JSON.stringify(problemOf(error, 'JKJaXmPLvHcESHA=').problem);
    }
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
    expect(JSON.parse(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(JSON.parse(answer).errors.length).toBeGreaterThan(0);
    // This takes some milliseconds. Naming all ten million faults would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});
