import { short } from '../words.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half the length of its error bar. */
  readonly error?: number;
  readonly title: string;
  /** Where some points are marked: whether this one is. */
  readonly isMarked?: boolean;
}

const WIDTH = 440;
const HEIGHT = 220;
const LEFT = 46;
const BOTTOM = 34;
const TOP = 10;
const RIGHT = 12;

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly ticks: readonly number[];
}

/** Points joined by a line, with their errors; a diagonal shows where both axes are equal. */
export function LineChart(props: {
  points: readonly Point[];
  x: Axis;
  y: Axis;
  /** Said to who does not see it. */
  words: string;
  hasDiagonal?: boolean;
}) {
  const { points, x, y, words, hasDiagonal = false } = props;
  const across = (value: number) => LEFT + ((value - x.from) / (x.to - x.from || 1)) * (WIDTH - LEFT - RIGHT);
  const down = (value: number) =>
    HEIGHT - BOTTOM - ((value - y.from) / (y.to - y.from || 1)) * (HEIGHT - BOTTOM - TOP);
  const path = points
    .map((point, at) => `${at === 0 ? 'M' : 'L'}${across(point.x)} ${down(point.y)}`)
    .join('');
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
      {y.ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={down(tick)} y2={down(tick)} />
          <text x={LEFT - 6} y={down(tick) + 4} text-anchor="end">
            {short(tick)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <text key={tick} x={across(tick)} y={HEIGHT - BOTTOM + 16} text-anchor="middle">
          {short(tick)}
        </text>
      ))}
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 3} text-anchor="middle">
        {x.name}
      </text>
      {hasDiagonal && (
        <line class="diagonal" x1={across(x.from)} y1={down(y.from)} x2={across(x.to)} y2={down(y.to)} />
      )}
      <path class="line" d={path} />
      {points.map((point) => (
        <g key={point.x}>
          {point.error !== undefined && (
            <line
              class="error"
              x1={across(point.x)}
              x2={across(point.x)}
              y1={down(Math.min(point.y + point.error, y.to))}
              y2={down(Math.max(point.y - point.error, y.from))}
            />
          )}
          <circle
            class={point.isMarked === false ? 'unmarked' : undefined}
            cx={across(point.x)}
            cy={down(point.y)}
            r="3.5"
          >
            <title>{point.title}</title>
          </circle>
        </g>
      ))}
    </svg>
  );
}

/** About four round numbers over a range. */
export function ticksOf(from: number, to: number): number[] {
  const rough = (to - from || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}
