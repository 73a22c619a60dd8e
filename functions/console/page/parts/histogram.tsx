import { short, whole } from '../words.ts';

export interface Bins {
  readonly edges: readonly (number | string)[];
  readonly counts: readonly number[];
}

const WIDTH = 120;
const HEIGHT = 28;

const said = (edge: number | string) => (typeof edge === 'string' ? edge : short(edge));

/** A small histogram with its range below. Screen readers say its range and its highest bin. */
export function Histogram({ bins: { edges, counts }, name }: { bins: Bins; name: string }) {
  const max = Math.max(...counts, 1);
  const step = WIDTH / counts.length;
  const top = counts.indexOf(Math.max(...counts));
  const [from, to] = [said(edges[0]!), said(edges.at(-1)!)];
  const words = `${name}: from ${from} to ${to}, most between ${said(edges[top]!)} and ${said(edges[top + 1]!)}`;
  return (
    <figure class="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        {counts.map((count, bin) => {
          const height = count === 0 ? 0 : Math.max(1, (count / max) * HEIGHT);
          return (
            <rect
              key={bin}
              x={bin * step}
              y={HEIGHT - height}
              width={Math.max(step - 0.6, 0.4)}
              height={height}
            >
              <title>{`${said(edges[bin]!)} to ${said(edges[bin + 1]!)}: ${whole(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption aria-hidden="true">
        <span>{from}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}
