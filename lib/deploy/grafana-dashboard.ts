import {
  type Dashboard,
  type Panel as GrafanaPanel,
  type RowPanel,
  VariableType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { type Panel, panelRows } from '../telemetry/panels.ts';

const COLUMNS = 24;
const WIDTH = 8;
const HEIGHT = 8;
const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` } as const;

/**
 * The Grafana dashboard, ready for import: Grafana asks for the Prometheus data source. Grafana's own types
 * check its form.
 */
export function grafanaDashboard(): Dashboard {
  return {
    uid: 'serverless-classifier',
    title: 'Serverless classifier',
    tags: ['classifier'],
    timezone: 'browser',
    editable: true,
    schemaVersion: 39,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ type: VariableType.Datasource, name: 'datasource', label: 'Prometheus', query: 'prometheus' }],
    },
    annotations: { list: [] },
    panels: placed(),
  };
}

function placed(): (GrafanaPanel | RowPanel)[] {
  const panels: (GrafanaPanel | RowPanel)[] = [];
  let y = 0;
  for (const row of panelRows()) {
    const shown = row.panels.filter(({ prometheus }) => prometheus.length > 0);
    const gridPos = { x: 0, y, w: COLUMNS, h: 1 };
    panels.push({
      type: 'row',
      id: panels.length + 1,
      title: row.title,
      collapsed: false,
      gridPos,
      panels: [],
    });
    y += 1;
    for (const [i, panel] of shown.entries()) {
      const line = Math.floor((i * WIDTH) / COLUMNS);
      const at = { x: (i * WIDTH) % COLUMNS, y: y + line * HEIGHT, w: WIDTH, h: HEIGHT };
      panels.push({ ...timeSeries(panel), id: panels.length + 1, gridPos: at });
    }
    y += Math.ceil((shown.length * WIDTH) / COLUMNS) * HEIGHT;
  }
  return panels;
}

function timeSeries({ title, unit, prometheus }: Panel): GrafanaPanel {
  return {
    type: 'timeseries',
    title,
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: prometheus.map(
      ({ expr, legend }, i): Dataquery => ({
        refId: String.fromCharCode(65 + i),
        expr,
        legendFormat: legend,
        datasource: DATASOURCE,
        // Only marks the type; it is not written to the file.
        _implementsDataqueryVariant: () => undefined,
      }),
    ),
  };
}
