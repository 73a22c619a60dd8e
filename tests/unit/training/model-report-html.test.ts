import { describe, expect, it } from 'vitest';
import type { ModelReport } from '../../../lib/training/model-report.ts';
import { renderModelReport } from '../../../lib/training/model-report-html.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';

const HOSTILE = '</td><script>alert(1)</script>\u202e"\'&';

/**
 * A report with this many classes, the first of them hostile. Class i has i + 1 held-out rows; all but one
 * are right.
 */
function reportOf(classCount: number): ModelReport {
  const names = Array.from({ length: classCount }, (_, i) => (i === 0 ? HOSTILE : `class ${i}`));
  const confusion = names.map((_, truth) =>
    names.map((_, answer) => (truth === answer ? truth : answer === (truth + 1) % classCount ? 1 : 0)),
  );
  const chosen = {
    numbers: 'standard',
    space: 'plain',
    metric: 'euclidean',
    neighbours: 5,
    vote_weights: 'uniform',
    class_balance: 0,
    macro_f1: 0.9,
    standard_error: 0.01,
  } as const;
  return {
    artifact_sha256: 'a'.repeat(64),
    artifact_bytes: 12345,
    dataset_sha256: 'd'.repeat(64),
    algorithm_version: 2,
    settings: DEFAULT_SETTINGS,
    label: HOSTILE,
    classes: names,
    features: [{ name: HOSTILE, type: 'numeric' }],
    rows: { all: 1000, selection: 800, held_out: 200 },
    estimate: {
      work_seconds: 1.5,
      max_work_seconds: 300,
      memory_bytes: 2e8,
      max_memory_bytes: 2.3e9,
      thinned: [],
    },
    chosen,
    cross_validation: {
      candidates: 2,
      best: [{ ...chosen, neighbours: 7, macro_f1: 0.905 }],
      neighbours_sweep: [3, 5, 7].map((neighbours) => ({ neighbours, macro_f1: 0.9, standard_error: 0 })),
    },
    holdout: {
      accuracy: 0.91,
      macro_f1: 0.8912,
      macro_f1_standard_error: 0.0123,
      baseline: { accuracy: 0.5, macro_f1: 0.25, chance_macro_f1: 0.33 },
      classes: names.map((label, i) => ({ label, precision: 0.5, recall: 0.25, f1: 0.3, support: i + 1 })),
      confusion,
      log_loss: 0.4,
      expected_calibration_error: 0.02,
      reliability: [{ from: 0.9, to: 1, rows: 200, mean_confidence: 0.95, share_right: 0.91 }],
    },
    importance: {
      rows: 200,
      repeats: 10,
      macro_f1: 0.8912,
      features: [
        { name: HOSTILE, macro_f1_fall: 0.4211 },
        { name: 'noise', macro_f1_fall: -0.0031 },
      ],
      unmeasured: 0,
    },
    reference_check: { compared: 100, tied: 2 },
  };
}

const rowsOfMatrix = (html: string) =>
  [...html.matchAll(/<tr><th scope="row">([^<]*)<\/th>(.*?)<\/tr>/g)].map(
    ([, name, cells]) =>
      [name, [...cells!.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map((cell) => cell[1])] as const,
  );

describe('the page of a model', () => {
  it('escapes all text from the data and from its caller', () => {
    const html = renderModelReport(reportOf(3), `${HOSTILE}.csv`);
    expect(html).not.toMatch(/<script|\u202e/);
    expect(html).toContain('&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}&quot;&#39;&amp;');
  });

  it('is self-contained, without scripts, and the same for the same report', () => {
    const html = renderModelReport(reportOf(3), 'wine');
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/\b(src|href)\s*=|url\(|@import|\bon\w+\s*=/);
    expect(renderModelReport(structuredClone(reportOf(3)), 'wine')).toBe(html);
  });

  it('shows the key figures, the chosen setting in words, and the identity of the model', () => {
    const html = renderModelReport(reportOf(3), 'wine');
    for (const fact of [
      '<b>0.891</b>± 0.012 macro-F1',
      '<b>91%</b>accuracy',
      '<b>0.330</b>macro-F1 of guessing',
      '<b>0.400</b>log loss',
      '<b>0.020</b>calibration error',
      'The 5 nearest rows vote, each vote the same; distance is the straight line (Euclidean).',
      '2 differed, each by a tie',
      'a'.repeat(64),
      'd'.repeat(64),
    ])
      expect(html).toContain(fact);
  });

  it('marks the chosen setting, listed or not, and the chosen number of neighbours', () => {
    const html = renderModelReport(reportOf(3), 'wine');
    expect(html).toContain('The best 1 of 2, and the chosen one.');
    expect(html.match(/<span class="picked">chosen<\/span>/g)).toHaveLength(1);
    expect(html.match(/<circle class="chosen"[^>]*><title>k = 5:/g)).toHaveLength(1);
    expect(html).not.toContain('NaN');
  });

  it('shows what each feature is worth, and how that was measured', () => {
    const html = renderModelReport(reportOf(3), 'wine');
    expect(html).toContain('dealt anew among 200 held-out rows, 10 times');
    expect(html).toContain('0.421<i style="width:100%">');
    expect(html).toContain('-0.003<i style="width:0%">');
    expect(html).not.toContain('were not measured');
  });

  it('says how many features are not listed, and how many were not measured', () => {
    const features = Array.from({ length: 31 }, (_, i) => ({ name: `f${i}`, macro_f1_fall: 0.1 }));
    const importance = { ...reportOf(3).importance!, features, unmeasured: 1200 };
    const html = renderModelReport({ ...reportOf(3), importance }, 'wine');
    expect(html).toContain('The first 30 of 31; all are in report.json. 1,200 more were not measured');
    expect(html).not.toContain('<div class="name">f30</div>');
  });

  it('says so for a report of an earlier release, which has no importance', () => {
    const { importance: _, ...earlier } = reportOf(3);
    expect(renderModelReport(earlier, 'wine')).toContain('Not measured when this model was trained');
  });

  it('draws every class in the confusion matrix when there are few', () => {
    const matrix = rowsOfMatrix(renderModelReport(reportOf(3), 'wine'));
    expect(matrix.slice(1)).toEqual([
      ['class 1', ['', '1', '1']],
      ['class 2', ['1', '', '2']],
    ]);
  });

  it('draws the largest thirty of many classes and all others as one, says so, and loses no row', () => {
    const html = renderModelReport(reportOf(40), 'wine');
    expect(html).toContain('The 30 largest of 40 classes');
    const matrix = rowsOfMatrix(html);
    expect(matrix.map(([name]) => name)).toEqual([
      ...Array.from({ length: 30 }, (_, i) => `class ${i + 10}`),
      '10 others',
    ]);
    const total = matrix.flatMap(([, cells]) => cells).reduce((sum, cell) => sum + Number(cell), 0);
    expect(total).toBe((40 * 41) / 2);
    expect(matrix.at(-1)![1].at(-1)).toBe(String((9 * 10) / 2 + 9));
  });
});
