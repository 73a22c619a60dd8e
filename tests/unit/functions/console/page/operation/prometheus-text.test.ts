import { describe, expect, it } from 'vitest';
import {
  histogramQuantile,
  parseSamples,
  total,
} from '../../../../../../functions/console/page/operation/prometheus-text.ts';

describe('reading a scrape', () => {
  it('reads names, labels with escapes, and values; no comments', () => {
    const text =
      '# HELP a b\n# TYPE a counter\na{x="q\\"uo\\\\te\\n",y="}"} 3\nb 1e3\nc_bucket{le="+Inf"} 2\n';
    expect(parseSamples(text)).toEqual([
      { name: 'a', labels: { x: 'q"uo\\te\n', y: '}' }, value: 3 },
      { name: 'b', labels: {}, value: 1000 },
      { name: 'c_bucket', labels: { le: '+Inf' }, value: 2 },
    ]);
  });

  it('adds the samples that have the labels', () => {
    const samples = parseSamples('a{m="x",s="1"} 1\na{m="x",s="2"} 2\na{m="y",s="1"} 4\n');
    expect(total(samples, 'a', { m: 'x' })).toBe(3);
    expect(total(samples, 'a')).toBe(7);
  });
});

describe('a quantile of a histogram', () => {
  const buckets = parseSamples('h{le="1"} 0\nh{le="2"} 50\nh{le="4"} 100\nh{le="+Inf"} 100\n');

  it('lies within its bucket, in proportion', () => {
    expect(histogramQuantile(buckets, 0.25)).toBe(1.5);
    expect(histogramQuantile(buckets, 0.75)).toBe(3);
  });

  it('is the largest finite bound above it, and unknown without observations', () => {
    expect(histogramQuantile(parseSamples('h{le="1"} 0\nh{le="+Inf"} 9\n'), 0.5)).toBe(1);
    expect(histogramQuantile(parseSamples('h{le="1"} 0\nh{le="+Inf"} 0\n'), 0.5)).toBeUndefined();
  });
});
