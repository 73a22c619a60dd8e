import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestRemarks } from '../../../../functions/predict/remark-headers.ts';
import { NOTHING_UNSEEN, type RowRemarks } from '../../../../functions/predict/row-remarks.ts';

function headersOf(rows: readonly Partial<RowRemarks>[], hasCounts = false) {
  const remarks = new RequestRemarks();
  for (const row of rows) remarks.add({ ...NOTHING_UNSEEN, ...row });
  const headers: Record<string, string> = {};
  remarks.addTo(headers, hasCounts);
  return headers;
}

const category = (feature: string, value: string) => ({ categories: [{ feature, value }] });

describe('RequestRemarks', () => {
  it('adds no header for rows without remarks', () => {
    const remarks = new RequestRemarks();
    remarks.add(NOTHING_UNSEEN);
    const headers = { 'x-model-name': 'iris' };
    remarks.addTo(headers, true);
    expect(headers).toEqual({ 'x-model-name': 'iris' });
  });

  it('names the remarks of one row', () => {
    const row = { ...category('island', 'Atlantis'), gaps: ['mass', 'sex'], ignored: ['species'] };
    expect(headersOf([row])).toEqual({
      'x-unseen-categories': 'island=Atlantis',
      'x-unseen-gaps': 'mass, sex',
      'x-ignored-columns': 'species',
    });
  });

  it('names each remark of a batch once, with its number of rows', () => {
    const rows = [category('island', 'Atlantis'), category('island', 'Mu'), category('island', 'Atlantis')];
    expect(headersOf([...rows, { gaps: ['mass'] }, { gaps: ['mass'] }], true)).toEqual({
      'x-unseen-categories': 'island=Atlantis;count=2, island=Mu;count=1',
      'x-unseen-gaps': 'mass;count=2',
    });
  });

  it('lists ten items, and how many more there are', () => {
    const gaps = Array.from({ length: 13 }, (_, i) => `g${i}`);
    expect(headersOf([{ gaps }])).toEqual({ 'x-unseen-gaps': `${gaps.slice(0, 10).join(', ')}, +3` });
  });

  it('writes printable ASCII of at most 1,000 characters for any texts', () => {
    const texts = fc.array(
      fc.tuple(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary' })),
    );
    fc.assert(
      fc.property(texts, fc.boolean(), (pairs, hasCounts) => {
        const rows = pairs.map(([feature, value]) => ({ ...category(feature, value), gaps: [feature] }));
        for (const text of Object.values(headersOf(rows, hasCounts))) {
          expect(text).toMatch(/^[ -~]{1,1000}$/);
        }
      }),
    );
    const [feature, value] = ['\r\nset-cookie: a', 'b=c,d;e\ud800'];
    const header = headersOf([category(feature, value)])['x-unseen-categories']!;
    expect(header).toBe('%0D%0Aset-cookie%3A%20a=b%3Dc%2Cd%3Be%EF%BF%BD');
    expect(header.split('=').map(decodeURIComponent)).toEqual([feature, value.toWellFormed()]);
  });

  it('cuts long names between characters', () => {
    const header = headersOf([{ gaps: ['\u6f22'.repeat(128)] }])['x-unseen-gaps']!;
    expect(decodeURIComponent(header)).toBe(`${'\u6f22'.repeat(22)}...`);
  });
});
