import { describe, expect, it } from 'vitest';
import { ingestReport } from '../../../lib/dataset/report.ts';
import { renderReport } from '../../../lib/dataset/report-html.ts';
import { ingest } from '../../helpers/csv-ingest.ts';

const HOSTILE = '<script>alert(1)</script>';
const ROWS = Array.from({ length: 60 }, (_, i) => `${i},"${HOSTILE}","it's ""q"" & <u>${i % 2}</u>"`);
const FILE = [`"x<img src=x onerror=1>",colour,label`, ...ROWS, `bad\u202e,red,a`].join('\n');

describe('report.html', () => {
  it('escapes all text from the data, and has no external references', async () => {
    const html = renderReport(ingestReport(await ingest(FILE)), `a&b<i>.csv`);
    expect(html).not.toMatch(/<script|<img|<u>|<i>|\u202e/);
    expect(html).not.toMatch(/(?:src|href)\s*=\s*["']?http/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('bad\\u{202e}');
  });

  it('shows what was accepted and what was rejected, and why', async () => {
    const html = renderReport(ingestReport(await ingest(FILE)), 'x.csv');
    expect(html).toContain('<b>60</b>rows accepted');
    expect(html).toContain('<b class="bad">1</b>rows rejected');
    expect(html).toContain('no plain decimal number');
    expect(html.match(/<svg /g)).toHaveLength(3);
  });
});

describe('report.json', () => {
  it('is snake_case and survives JSON', async () => {
    const report = ingestReport(await ingest(FILE));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.rejections.by_code).toEqual([{ code: 'number', count: 1 }]);
  });
});
