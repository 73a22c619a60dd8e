import { describe, expect, it } from 'vitest';
import { renderExposition } from '../../../lib/telemetry/prometheus.ts';

describe('renderExposition', () => {
  it('renders help, type and samples', () => {
    const text = renderExposition([
      {
        name: 'requests_total',
        type: 'counter',
        help: 'All\nof them \\ here.',
        samples: [
          { labels: { route: 'POST /predict', status: '2xx' }, value: 3 },
          { labels: {}, value: 0.5 },
        ],
      },
    ]);
    expect(text).toBe(
      '# HELP requests_total All\\nof them \\\\ here.\n# TYPE requests_total counter\n' +
        'requests_total{route="POST /predict",status="2xx"} 3\nrequests_total 0.5\n',
    );
  });

  it('escapes any text of a label', () => {
    const samples = [{ labels: { model: 'a"b\\c\nd' }, value: Number.POSITIVE_INFINITY }];
    const text = renderExposition([{ name: 'm', type: 'gauge', help: 'h', samples }]);
    expect(text).toContain('m{model="a\\"b\\\\c\\nd"} +Inf\n');
  });
});
