import { whole } from '../html/page.ts';
import type { ModelReport } from './model-report.ts';

const WIDTH = 360;
const HEIGHT = 240;
/** Room for the labels of the axes. */
const LEFT = 44;
const BOTTOM = 36;
const TOP = 16;
const RIGHT = 16;
const MIN_RADIUS = 3;
const MAX_RADIUS = 12;
/** More names along an axis would overlap. */
const MAX_TICKS = 16;

const fixed = (value: number) => value.toFixed(1);
const score = (value: number) => value.toFixed(3);
const across = (share: number) => LEFT + share * (WIDTH - LEFT - RIGHT);
const up = (share: number) => HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);

/**
 * Stated confidence against the share of right answers: one point per bin; its area is its share of the rows.
 */
export function reliabilityDiagram(bins: ModelReport['holdout']['reliability']): string {
  const maxRows = Math.max(...bins.map(({ rows }) => rows), 1);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const points = bins.map(({ rows, mean_confidence, share_right }) => {
    const radius = Math.max(MIN_RADIUS, MAX_RADIUS * Math.sqrt(rows / maxRows));
    const title = `${whole(rows)} rows: ${score(mean_confidence)} stated, ${score(share_right)} right`;
    return `<circle class="dot" cx="${fixed(across(mean_confidence))}" cy="${fixed(up(share_right))}" r="${fixed(radius)}"><title>${title}</title></circle>`;
  });
  const diagonal = `<line class="ideal" x1="${fixed(across(0))}" y1="${fixed(up(0))}" x2="${fixed(across(1))}" y2="${fixed(up(1))}"/>`;
  const body = [
    ...ticks.map((share) => horizontal(up(share), String(share))),
    ...ticks.map((share) => below(across(share), String(share))),
    axisName('confidence stated'),
    diagonal,
    ...points,
  ];
  return chart('reliability diagram', body);
}

/**
 * Cross-validated macro-F1 by number of neighbours, with a band of one standard error. The chosen number is
 * marked.
 */
export function neighboursSweep(
  sweep: ModelReport['cross_validation']['neighbours_sweep'],
  chosen: number,
): string {
  const low = Math.min(...sweep.map((point) => point.macro_f1 - point.standard_error));
  const high = Math.max(...sweep.map((point) => point.macro_f1 + point.standard_error));
  const range = high > low ? high - low : 1;
  const x = (at: number) => across(sweep.length < 2 ? 0.5 : at / (sweep.length - 1));
  const y = (value: number) => up((value - low) / range);
  const place = (at: number, value: number) => `${fixed(x(at))},${fixed(y(value))}`;
  const upper = sweep.map((point, at) => place(at, point.macro_f1 + point.standard_error));
  const lower = sweep.map((point, at) => place(at, point.macro_f1 - point.standard_error)).reverse();
  const step = Math.ceil(sweep.length / MAX_TICKS);
  const dots = sweep.map((point, at) => {
    const isChosen = point.neighbours === chosen;
    const title = `k = ${point.neighbours}: ${score(point.macro_f1)} ± ${score(point.standard_error)}`;
    return `<circle class="${isChosen ? 'chosen' : 'dot'}" cx="${fixed(x(at))}" cy="${fixed(y(point.macro_f1))}" r="${isChosen ? 6 : 3}"><title>${title}</title></circle>`;
  });
  const body = [
    ...[0, 0.5, 1].map((share) => horizontal(up(share), score(low + share * range))),
    ...sweep.flatMap((point, at) => (at % step === 0 ? [below(x(at), String(point.neighbours))] : [])),
    axisName('number of neighbours'),
    `<polygon class="band" points="${[...upper, ...lower].join(' ')}"/>`,
    `<polyline class="line" points="${sweep.map((point, at) => place(at, point.macro_f1)).join(' ')}"/>`,
    ...dots,
  ];
  return chart('macro-F1 by number of neighbours', body);
}

function chart(name: string, body: readonly string[]): string {
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}">${body.join('')}</svg>`;
}

const horizontal = (y: number, label: string) =>
  `<line class="grid" x1="${LEFT}" y1="${fixed(y)}" x2="${WIDTH - RIGHT}" y2="${fixed(y)}"/><text x="${LEFT - 6}" y="${fixed(y + 4)}" text-anchor="end">${label}</text>`;

const below = (x: number, label: string) =>
  `<text x="${fixed(x)}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">${label}</text>`;

const axisName = (name: string) =>
  `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${name}</text>`;
