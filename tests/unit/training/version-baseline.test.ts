import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { canonicalJson } from '../../../lib/canonical-json.ts';
import { statedConfidence } from '../../../lib/classifier/model.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { driftBaseline } from '../../../lib/drift/drift-baseline.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { versionBaseline } from '../../../lib/training/version-baseline.ts';
import { irisData } from '../../helpers/iris.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const data = irisData();
const trained = trainModel(data, DEFAULT_SETTINGS);
const baseline = versionBaseline(trained, data, DEFAULT_SETTINGS);

describe('the drift baseline of a version', () => {
  it('counts every training row, and an answer for each held-out row', () => {
    expect(z.parse(driftBaseline, JSON.parse(canonicalJson(baseline)))).toEqual(baseline);
    expect(baseline.rows).toBe(150);
    expect(baseline.features.map(({ name }) => name)).toEqual(data.columns.map(({ name }) => name));
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    for (const { counts } of baseline.features) expect(sum(counts)).toBe(150);
    expect(sum(baseline.answers.prediction.counts)).toBe(trained.rows.heldOut);
    expect(sum(baseline.answers.confidence.counts)).toBe(trained.rows.heldOut);
  });

  it('has the confidences of the final model, not of the evaluated one', () => {
    const { meta } = openModel(trained.artifact, trained.artifactSha256);
    const possible = new Set(
      meta.classes.flatMap((_, label) =>
        Array.from({ length: 61 }, (__, i) => i + 1).flatMap((k) =>
          Array.from({ length: k }, (__, votes) => statedConfidence(meta.confidence, label, (votes + 1) / k)),
        ),
      ),
    );
    expect(meta.votes.weights).toBe('uniform');
    for (const confidence of baseline.answers.confidence.values) expect(possible).toContain(confidence);
  });

  it('has the same bytes for the same rows, and stays within 5 MB for any number of rows', () => {
    const again = versionBaseline(trainModel(irisData(), DEFAULT_SETTINGS), irisData(), DEFAULT_SETTINGS);
    expect(canonicalJson(again)).toBe(canonicalJson(baseline));
    const next = xorshift(7);
    const rows = 300_000;
    const shared = Float64Array.from({ length: rows }, () => next() / 3);
    const columns = Array.from({ length: 60 }, (_, i) => ({
      name: `number ${i}`,
      type: 'numeric' as const,
      values: shared,
    }));
    const wide = { ...data, columns, labels: new Int32Array(rows) };
    const large = versionBaseline(trained, wide, DEFAULT_SETTINGS);
    expect(large.sampled_rows).toBe(100_000);
    expect(canonicalJson(large).length).toBeLessThan(5_000_000);
  });
});
