import { describe, expect, it } from 'vitest';
import { acceptsGzip, preferredType, prefersPage } from '../../../lib/http/accept.ts';

describe('acceptsGzip', () => {
  it.each(['gzip', 'GZIP', 'deflate, gzip', 'br;q=1.0, gzip ; q=0.8', '*', 'identity, *;q=0.1'])(
    'is true of %j',
    (header) => {
      expect(acceptsGzip(header)).toBe(true);
    },
  );
  it.each(['', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000, *', '*;q=0', 'gzip;q=nonsense', 'xgzip'])(
    'is false of %j',
    (header) => {
      expect(acceptsGzip(header)).toBe(false);
    },
  );
});

describe('prefersPage', () => {
  it.each([
    'text/html',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'application/json;q=0.5, text/html;q=0.9',
    'TEXT/HTML',
  ])('gives a page for %s', (header) => {
    expect(prefersPage(header)).toBe(true);
  });

  it.each([
    '',
    '*/*',
    'application/json',
    'application/json, text/html',
    'text/html;q=0',
    'text/html;q=0.1, */*',
    'text/plain',
  ])('gives JSON for "%s"', (header) => {
    expect(prefersPage(header)).toBe(false);
  });
});

describe('the preferred media type', () => {
  const offered = ['text/csv', 'application/json', 'application/x-ndjson'];
  it.each([
    ['', undefined],
    ['*/*', 'text/csv'],
    ['application/*', 'application/json'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['text/csv;q=0.5, application/json', 'application/json'],
    ['*/*;q=0.1, application/x-ndjson', 'application/x-ndjson'],
    ['text/html, application/xml', undefined],
    ['text/csv;q=0, */*', 'application/json'],
    ['text/csv;q=nonsense', undefined],
  ])('of %j is %j', (accept, expected) => {
    expect(preferredType(accept, offered)).toBe(expected);
  });
});
