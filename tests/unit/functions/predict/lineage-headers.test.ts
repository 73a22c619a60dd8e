import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineageHeaders } from '../../../../functions/predict/lineage-headers.ts';
import { LINEAGE_HEADERS } from '../../../../lib/http/schemas/predict-api.ts';
import { versionDraft } from '../../../helpers/version-draft.ts';

const headersOf = (codeVersion: unknown) =>
  lineageHeaders({ ...versionDraft('iris', '1'), version: 3, lineage: { code_version: codeVersion } });

describe('lineageHeaders', () => {
  it('names the version and what it was trained from', () => {
    expect(headersOf('1.2.0+abc')).toEqual({
      'x-model-name': 'iris',
      'x-model-version': 'v3',
      'x-model-artifact': 'b'.repeat(64),
      'x-model-dataset': 'a'.repeat(64),
      'x-model-code-version': '1.2.0+abc',
    });
    expect(Object.keys(headersOf('x'))).toEqual(Object.keys(LINEAGE_HEADERS));
  });

  it('shows when a version names no code', () => {
    expect(headersOf(undefined)['x-model-code-version']).toBe('unknown');
  });

  it('encodes any text as printable ASCII from which it can be recovered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const header = headersOf(text)['x-model-code-version'];
        expect(header).toMatch(/^[!-~]*$/);
        expect(decodeURIComponent(header)).toBe(text.toWellFormed());
      }),
    );
    expect(headersOf('a\r\nset-cookie: b\ud800')['x-model-code-version']).toBe(
      'a%0D%0Aset-cookie:%20b%EF%BF%BD',
    );
  });
});
