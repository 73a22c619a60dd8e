import { describe, expect, it } from 'vitest';
import { withEntityTag } from '../../../lib/http/entity-tag.ts';
import { httpEvent } from '../../helpers/http-event.ts';

const ANSWER = {
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-model-name': 'iris' },
  body: '{"a":1}',
};
const ask = (ifNoneMatch?: string, route = 'GET /models', answer: typeof ANSWER = ANSWER) =>
  withEntityTag(
    httpEvent(route, { headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch } }),
    answer,
  );

const tag = String(ask().headers!.etag);

describe('an entity tag', () => {
  it('is of the content, and lets it be kept by who asks again', () => {
    expect(ask()).toEqual({
      ...ANSWER,
      headers: { ...ANSWER.headers, 'cache-control': 'no-cache', etag: tag },
    });
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(ask(undefined, 'GET /models', { ...ANSWER, body: '{"a":2}' }).headers!.etag).not.toBe(tag);
    expect(ask(undefined, 'HEAD /models').headers!.etag).toBe(tag);
  });

  it('leaves what lasts as it is', () => {
    const cacheControl = 'public, max-age=31536000';
    const lasting = { ...ANSWER, headers: { ...ANSWER.headers, 'cache-control': cacheControl } };
    expect(ask(undefined, 'GET /models', lasting).headers).toMatchObject({ 'cache-control': cacheControl });
  });

  it.each([tag, `W/${tag}`, `"x", ${tag}`, '*', ' * '])(
    'that the client sends back, as %s, is answered with 304',
    (sent) => {
      for (const route of ['GET /models', 'HEAD /models'])
        expect(ask(sent, route)).toEqual({
          statusCode: 304,
          headers: { 'cache-control': 'no-cache', etag: tag, 'x-model-name': 'iris' },
        });
    },
  );

  it.each(['"x"', tag.slice(1, -1), '', '"*"', '**'])(
    'that is another, such as %s, gets the content',
    (sent) => {
      expect(ask(sent).statusCode).toBe(200);
    },
  );

  it('is not of what is written, nor of errors', () => {
    expect(ask('*', 'POST /predict')).toBe(ANSWER);
    const error = { ...ANSWER, statusCode: 404 };
    expect(ask('*', 'GET /models', error)).toBe(error);
  });
});
