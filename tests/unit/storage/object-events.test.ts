import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareSequencers, createdObjects } from '../../../lib/storage/object-events.ts';

const FOLDER = new URL('../../events/', import.meta.url);
const event = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as unknown;

describe('createdObjects', () => {
  it('reads a put: bucket, key, version, size, sequencer and time', () => {
    expect(createdObjects(event('s3-put'))).toEqual([
      {
        bucket: 'classifier-raw',
        key: 'wine/x.csv',
        versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
        sizeBytes: 1024,
        sequencer: '0055AED6DCD90281E5',
        eventTime: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('decodes a form-encoded key', () => {
    expect(createdObjects(event('s3-encoded-key'))[0]?.key).toBe('a b+c d.csv');
  });

  it('reads several records of one event, multipart uploads and copies among them', () => {
    expect(createdObjects(event('s3-several')).map(({ key }) => key)).toEqual(['a.csv', 'b.csv', 'c.csv']);
  });

  it("reads no object from S3's test event", () => {
    expect(createdObjects(event('s3-test-event'))).toEqual([]);
  });

  const message = (body: string) => ({ eventSource: 'aws:sqs', messageId: 'm', body });

  it('reads what a queue holds of it, a test event among it', () => {
    const Records = ['s3-several', 's3-test-event', 's3-put'].map((name) =>
      message(JSON.stringify(event(name))),
    );
    expect(createdObjects({ Records }).map(({ key }) => key)).toEqual([
      'a.csv',
      'b.csv',
      'c.csv',
      'wine/x.csv',
    ]);
  });

  it('throws on a message that is no notification, so that it ends in the dead-letter queue', () => {
    expect(() => createdObjects({ Records: [message('not JSON')] })).toThrow(SyntaxError);
    expect(() => createdObjects({ Records: [message('{}')] })).toThrow('not an S3 event notification');
    expect(() => createdObjects({ Records: [] })).not.toThrow();
  });

  it('leaves out removals', () => {
    expect(createdObjects(event('s3-removed'))).toEqual([]);
  });

  it('throws on malformed percent-encoding, so that the event ends in the dead-letter queue', () => {
    expect(() => createdObjects(event('s3-malformed-key'))).toThrow(URIError);
  });

  it.each([[null], [{}], [{ Records: [{}] }], [{ Records: 'x' }], ['text']])(
    'throws on %j, which is not an S3 event',
    (value) => {
      expect(() => createdObjects(value)).toThrow('not an S3 event notification');
    },
  );

  it('has a test for every fixture of S3', () => {
    expect(
      readdirSync(FOLDER)
        .filter((name) => name.startsWith('s3-'))
        .sort(),
    ).toEqual([
      's3-encoded-key.json',
      's3-malformed-key.json',
      's3-put.json',
      's3-removed.json',
      's3-several.json',
      's3-test-event.json',
    ]);
  });
});

describe('compareSequencers', () => {
  it.each([
    ['0055AED6DCD90281E5', '0055AED6DCD90281E6', -1],
    ['0055AED6DCD90281E5', '0055aed6dcd90281e5', 0],
    ['0055AED6DCD9', '0055AED6DCD900', 0],
    ['0055AED6DCD901', '0055AED6DCD9', 1],
    ['1', '0FFFFFFF', 1],
  ])('%s against %s is %i', (a, b, expected) => {
    expect(compareSequencers(a, b)).toBe(expected);
    expect(compareSequencers(b, a)).toBe(expected === 0 ? 0 : -expected);
  });
});
