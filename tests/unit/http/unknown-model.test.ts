import { describe, expect, it } from 'vitest';
import { unknownModel } from '../../../lib/http/unknown-model.ts';

const textOf = (...args: Parameters<typeof unknownModel>) => unknownModel(...args).message;

describe('unknownModel', () => {
  it('is a 404 with one code', () => {
    expect(unknownModel('wine')).toMatchObject({ status: 404, code: 'unknown_model', exposable: true });
  });

  it('says where the CSV goes that makes the model', () => {
    expect(textOf('wine')).toBe(
      'There is no model "wine". Upload a CSV to make it: <file>.csv below wine/ in the raw bucket.',
    );
    expect(textOf('default')).toBe(
      'There is no model "default". Upload a CSV to make it: <file>.csv in the raw bucket.',
    );
  });

  it('says what became of the newest upload', () => {
    const upload = { key: 'wine/a\u202e.csv', status: 'refused', detail: 'it is empty' };
    expect(textOf('wine', upload)).toBe(
      'There is no model "wine" yet. Its newest upload, "wine/a\\u{202e}.csv", is refused (it is empty). GET /models/wine/uploads lists all.',
    );
    expect(textOf('wine', { key: 'wine/a.csv', status: 'received' })).toContain(', is received. GET');
  });

  it('says why the newest upload was refused', () => {
    const refusal = 'its newest upload was refused: classes: one class only';
    expect(unknownModel('iris', undefined, refusal).message).toBe(
      'There is no model "iris" yet: its newest upload was refused: classes: one class only. ' +
        'GET /models/iris/uploads lists all.',
    );
  });

  it('says what names are like to who asks for one that no model can have, and shows little of it', () => {
    expect(textOf('Wine')).toBe(
      'There is no model "Wine": names are 1 to 63 of a-z, 0-9 and -, the first not -.',
    );
    expect(textOf(`\u0000${'x'.repeat(10_000)}`).length).toBeLessThan(200);
  });
});
