import { describe, expect, it } from 'vitest';
import { PredictionTally } from '../../../../functions/predict/prediction-tally.ts';
import { largestClasses } from '../../../../lib/classifier/largest-classes.ts';
import { Model } from '../../../../lib/classifier/model.ts';
import { fittedModel } from '../../../helpers/fitted-model.ts';

/** 25 classes: class i has i + 1 rows, all at 10 i. */
const labels = Int32Array.from(
  Array.from({ length: 25 }, (_, label) => Array.from({ length: label + 1 }, () => label)).flat(),
);
const classes = Array.from({ length: 25 }, (_, label) => `class ${String(label).padStart(2, '0')}`);
const model = new Model(
  fittedModel(
    Float64Array.from(labels, (label) => label * 10),
    labels,
    1,
    classes,
  ),
);

const emittedOf = (tally: PredictionTally) => {
  const emitted: unknown[] = [];
  tally.emit((...metric) => emitted.push(metric), 'm');
  return emitted;
};

describe('PredictionTally', () => {
  it('counts the 20 largest classes by their place and all others together', () => {
    const tally = new PredictionTally(model);
    for (const at of [24, 24, 23, 5, 4, 0]) model.predict([at * 10], tally);
    expect(tally.instances).toBe(6);
    expect(emittedOf(tally).slice(0, 4)).toEqual([
      ['predictions', { model: 'm', class: '0' }, 2],
      ['predictions', { model: 'm', class: '1' }, 1],
      ['predictions', { model: 'm', class: '19' }, 1],
      ['predictions', { model: 'm', class: 'other' }, 2],
    ]);
  });

  it('reports the mean confidence, and novel instances as an explanation does', () => {
    const tally = new PredictionTally(model);
    const values = [[0], [1000]];
    const answers = values.map((row) => model.predict(row, tally));
    const novel = values.filter((row) => model.explain(row).novelty.isNovel);
    expect(novel).toEqual([[1000]]);
    const mean = (answers[0]!.confidence + answers[1]!.confidence) / 2;
    expect(emittedOf(tally)).toContainEqual(['confidence', { model: 'm' }, Math.round(mean * 1000) / 1000]);
    expect(emittedOf(tally)).toContainEqual(['novelInstances', { model: 'm' }, 1]);
  });

  it('counts an explained prediction in the same way', () => {
    const [plain, explained] = [new PredictionTally(model), new PredictionTally(model)];
    model.predict([70], plain);
    model.explain([70], explained);
    expect(emittedOf(explained)).toEqual(emittedOf(plain));
  });

  it('emits nothing when nothing was predicted', () => {
    expect(emittedOf(new PredictionTally(model))).toEqual([]);
  });
});

describe('largestClasses', () => {
  it('orders by rows, and equal classes by their place', () => {
    expect(largestClasses([2, 5, 2, 9], 3)).toEqual([3, 1, 0]);
  });
});
