import { type CloudWatchLine, panelRows } from '../telemetry/panels.ts';

const COLUMNS = 24;
const WIDTH = 8;
const HEIGHT = 6;

/**
 * The body of the CloudWatch dashboard, as a Terraform template. Each row is a heading and one widget for
 * each of its panels that CloudWatch can show.
 *
 * Source: "Dashboard body structure and syntax" in the Amazon CloudWatch API Reference.
 */
export function cloudWatchDashboard(): unknown {
  const widgets: unknown[] = [];
  let y = 0;
  for (const { title, panels } of panelRows()) {
    widgets.push({
      type: 'text',
      x: 0,
      y,
      width: COLUMNS,
      height: 1,
      properties: { markdown: `## ${title}` },
    });
    y += 1;
    const shown = panels.filter(({ cloudWatch }) => cloudWatch.length > 0);
    for (const [i, panel] of shown.entries()) {
      widgets.push({
        type: 'metric',
        x: (i * WIDTH) % COLUMNS,
        y: y + Math.floor((i * WIDTH) / COLUMNS) * HEIGHT,
        width: WIDTH,
        height: HEIGHT,
        properties: {
          title: panel.title,
          metrics: panel.cloudWatch.map(widgetLine),
          region: `\${region}`,
          view: 'timeSeries',
          period: 60,
        },
      });
    }
    y += Math.ceil((shown.length * WIDTH) / COLUMNS) * HEIGHT;
  }
  return { widgets };
}

function widgetLine(line: CloudWatchLine): unknown[] {
  if (line.kind === 'expression') {
    const { expression, label } = line;
    return [label === undefined ? { expression } : { expression, label }];
  }
  const { namespace, name, dimensions, stat, label } = line;
  return [namespace, name, ...Object.entries(dimensions).flat(), { stat, label }];
}
