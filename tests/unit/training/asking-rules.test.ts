import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { predict, predictExplained } from '../../../functions/predict/predict.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { manifestSchema } from '../../../lib/dataset/manifest.ts';
import { readDataset } from '../../../lib/dataset/parquet/read-parquet.ts';
import { parseContract } from '../../../lib/dataset/understand/contract.ts';
import { explainedAnswer } from '../../../lib/http/schemas/predict-api.ts';
import { trainingDataOf } from '../../../lib/training/from-dataset.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { ingest } from '../../helpers/csv-ingest.ts';

/** Sales, their prices and discounts written by a function: the label follows the price. */
const table = (price: (value: number) => string, percent: (value: number) => string) =>
  [
    'id,price,share,paid,class',
    ...Array.from({ length: 60 }, (_, i) => {
      const value = 1000.5 + 37 * i;
      return `${i},${price(value)},${percent((i % 9) + 0.5)},${i % 3 === 0},${i < 30 ? 'low' : 'high'}`;
    }),
  ].join('\n');
const plain = table(String, String);
const written = table(
  (value) => `"$${value.toLocaleString('en-US', { minimumFractionDigits: 2 })}"`,
  (value) => `${value}%`,
);

async function modelOf(text: string, contract: unknown = { label: 'class' }) {
  const result = await ingest(text, { contract: parseContract(contract) });
  const data = trainingDataOf(await readDataset(result.parquet, result.schema), result);
  const trained = trainModel(data, DEFAULT_SETTINGS);
  return { result, data, trained, model: openModel(trained.artifact) };
}

describe('how a table asks for predictions', () => {
  it('goes from the file to the artifact: numbers as they are written, and columns that are ignored', async () => {
    const { result, model } = await modelOf(written);
    expect(z.parse(manifestSchema.shape.schema, JSON.parse(JSON.stringify(result.schema)))).toEqual(
      result.schema,
    );
    const features = { id: 7, price: '$1,100.00', share: '3.5%', paid: true, class: 'low' };
    const answer = z.parse(explainedAnswer, predictExplained({ features }, model, 1));
    expect(answer.ignored).toEqual(['id', 'class']);
    expect(answer.unseen).toEqual({ categories: [], gaps: [] });
    const { values, written: shown } = answer.neighbours[0]!;
    expect(shown!.share).toBe(`${values.share}%`);
    expect(shown!.price).toMatch(/^\$\d,\d{3}\.50$/);
    const numbers = { ...features, price: 1100, share: 3.5, paid: 'true' };
    expect(predictExplained({ features: numbers }, model, 1)).toEqual(answer);
  });

  it('is no part of the data set, and nothing in the artifact of a table of plain numbers', async () => {
    const [dear, cheap] = [await modelOf(written), await modelOf(plain)];
    expect(dear.result.datasetSha256).toBe(cheap.result.datasetSha256);
    expect(dear.trained.artifactSha256).not.toBe(cheap.trained.artifactSha256);
    const { asking: _, ignored: __, ...rest } = cheap.data;
    const bare = trainModel({ ...rest, ignored: cheap.data.ignored! }, DEFAULT_SETTINGS);
    expect(cheap.trained.artifactSha256).toBe(bare.artifactSha256);
  });

  it('takes dates as the file wrote them, texts that meant a gap there, and no gap where the contract refuses them', async () => {
    const dated = [
      'when,x,class',
      ...Array.from(
        { length: 60 },
        (_, i) => `${(i % 28) + 1}/0${(i % 9) + 1}/2024,${i},${i < 30 ? 'low' : 'high'}`,
      ),
    ]
      .join('\n')
      .replaceAll(/^(\d)\//gm, '0$1/');
    const rule = { name: 'when', type: 'datetime', format: 'dd/mm/yyyy' };
    const columns = [rule, { name: 'x', type: 'numeric' }];
    const { model } = await modelOf(dated, { label: 'class', columns });
    const explained = (when: unknown) =>
      z.parse(explainedAnswer, predictExplained({ features: [when, 5] }, model, 1));
    expect(explained('13/02/2024')).toEqual(explained('2024-02-13'));
    expect(explained('NA').unseen.gaps).toEqual(['when']);
    const strict = await modelOf(dated, {
      label: 'class',
      columns: [{ ...rule, nullable: false }, columns[1]],
    });
    expect(() => predict({ features: [null, 5] }, strict.model, 1)).toThrow('"when": a value is required');
  });

  it('refuses a gap where the contract says "nullable": false, and only there', async () => {
    const columns = [
      { name: 'price', type: 'numeric', nullable: false },
      { name: 'share', type: 'numeric', nullable: true },
      { name: 'paid', type: 'categorical', nullable: false },
    ];
    const { result, model } = await modelOf(plain, { label: 'class', columns });
    expect(result.datasetSha256).toBe((await modelOf(plain)).result.datasetSha256);
    expect(() => predict({ features: [null, null, null] }, model, 1)).toThrow(
      'features[0]: "price": a value is required',
    );
    expect(predict({ features: [1100, null, 'true'] }, model, 1)).toMatchObject({ prediction: 'low' });
    expect(() => predict({ features: [1100, 1, null] }, model, 1)).toThrow('features[2]: "paid"');
  });
});
