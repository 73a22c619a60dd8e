import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../../../lib/http/request.ts';
import { httpEvent } from '../../helpers/http-event.ts';

const read = (headers: Record<string, string>) =>
  readJsonBody(httpEvent('POST /predict', { body: '{"features":[1]}', headers }), 1000);

describe('the content coding of a body', () => {
  it.each(['', 'identity', 'Identity', ' identity , identity'])('is accepted as %j', (coding) => {
    expect(read({ 'content-encoding': coding })).toEqual({ features: [1] });
  });

  it.each([
    'gzip',
    'br',
    'x-gzip',
    'deflate',
    'zstd',
    'identity, gzip',
    'identity;q=1',
    '*',
    'x'.repeat(9000),
  ])('is refused as %.20s with 415, and what is accepted', (coding) => {
    let refused: unknown;
    try {
      read({ 'content-encoding': coding });
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({
      status: 415,
      code: 'content_encoding',
      headers: { 'accept-encoding': 'identity' },
    });
  });

  it('is looked at before the media type, since it wraps what that describes', () => {
    expect(() => read({ 'content-encoding': 'gzip', 'content-type': 'text/plain' })).toThrow(
      /not compressed/,
    );
    expect(() => read({ 'content-type': 'text/plain' })).toThrow(/application\/json/);
  });
});
