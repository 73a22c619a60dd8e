import type { ColumnDrift } from '../../../../lib/http/schemas/drift.ts';
import { Badge } from '../parts/badge.tsx';
import { percent, short } from '../words.ts';

type Distributions = NonNullable<ColumnDrift['distributions']>;
type Pair = Distributions['missing'];
type Numbers = Extract<Distributions, { form: 'numbers' }>;
type Categories = Extract<Distributions, { form: 'categories' }>;

const WIDTH = 200;
const HEIGHT = 56;

/** One column: whether it drifted, and both of its distributions. */
export function DriftedColumn({ column }: { column: ColumnDrift }) {
  const { kind, name, drifting, distance, adjusted_p_value: p, distributions } = column;
  const title = kind === 'feature' ? name : TITLES[kind];
  return (
    <li class="drifted">
      <h3 class="literal">
        <bdi>{title}</bdi> {drifting && <Badge tone="warn">drifted</Badge>}
      </h3>
      <p class="soft small">
        difference {distance.toFixed(2)}, p {p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}
      </p>
      {distributions == null ? (
        <p class="soft small">not drawn</p>
      ) : (
        <Drawn distributions={distributions} title={title} />
      )}
    </li>
  );
}

const TITLES = { prediction: 'The answers', confidence: 'The confidence' } as const;

function Drawn({ distributions, title }: { distributions: Distributions; title: string }) {
  const { missing } = distributions;
  return (
    <>
      {distributions.form === 'numbers' ? (
        <TwoHistograms numbers={distributions} title={title} />
      ) : (
        <TwoBars categories={distributions} title={title} />
      )}
      {missing.baseline + missing.live > 0 && (
        <p class="soft small">
          no value: {percent(missing.baseline)} in training, {percent(missing.live)} now
        </p>
      )}
    </>
  );
}

/** Training as an area, the predictions as a line over it. */
function TwoHistograms({ numbers: { edges, bins }, title }: { numbers: Numbers; title: string }) {
  if (bins.length === 0) return <p class="soft small">no values</p>;
  const top = Math.max(...bins.flatMap(({ baseline, live }) => [baseline, live]), Number.EPSILON);
  const step = WIDTH / bins.length;
  const heightOf = (share: number) => HEIGHT - 1 - (share / top) * (HEIGHT - 2);
  const outline = (of: (bin: Pair) => number) =>
    bins
      .map((bin, at) => `${at === 0 ? 'M' : 'L'}${at * step} ${heightOf(of(bin))}H${(at + 1) * step}`)
      .join('');
  const [from, to] = [said(edges[0]!), said(edges.at(-1)!)];
  return (
    <figure class="histogram two">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={wordsOf(title, edges, bins)}
      >
        <path class="trained" d={`${outline(({ baseline }) => baseline)}V${HEIGHT}H0Z`} />
        <path class="live" d={outline(({ live }) => live)} />
        {bins.map(({ baseline, live }, bin) => (
          <rect key={bin} class="hit" x={bin * step} width={step} height={HEIGHT}>
            <title>
              {`${said(edges[bin]!)} to ${said(edges[bin + 1]!)}: ${percent(baseline)} in training, ${percent(live)} now`}
            </title>
          </rect>
        ))}
      </svg>
      <figcaption aria-hidden="true">
        <span>{from}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}

const said = (edge: number | string) => (typeof edge === 'string' ? edge : short(edge));

/** Where most of each lies, for who does not see the drawing. */
function wordsOf(title: string, edges: Numbers['edges'], bins: readonly Pair[]): string {
  const most = (of: (bin: Pair) => number) => {
    const at = bins.map(of).indexOf(Math.max(...bins.map(of)));
    return `${said(edges[at]!)} to ${said(edges[at + 1]!)}`;
  };
  return `${title}: most of training from ${most(({ baseline }) => baseline)}, most of the recent predictions from ${most(({ live }) => live)}`;
}

const SHOWN_CATEGORIES = 6;

/** The categories with the largest shares, two bars each. */
function TwoBars({ categories: { categories, other }, title }: { categories: Categories; title: string }) {
  const rest = categories.slice(SHOWN_CATEGORIES);
  const restOf = (key: keyof Pair) => rest.reduce((sum, one) => sum + one[key], other[key]);
  const others = { name: 'all others', baseline: restOf('baseline'), live: restOf('live') };
  const rows = [
    ...categories.slice(0, SHOWN_CATEGORIES),
    ...(others.baseline + others.live > 0 ? [others] : []),
  ];
  const top = Math.max(...rows.flatMap(({ baseline, live }) => [baseline, live]), Number.EPSILON);
  const length = (share: number) => (100 * share) / top;
  return (
    <ul class="bars two" aria-label={`Categories of ${title}`}>
      {rows.map(({ name, baseline, live }) => (
        <li key={name}>
          <span class="bar-label" title={name}>
            <bdi>{name}</bdi>
          </span>
          <span class="bar-text">
            {percent(baseline)} <span aria-hidden="true">→</span>
            <span class="unseen"> in training, now </span> {percent(live)}
          </span>
          <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="trained" width={length(baseline)} height="4" />
            <rect class="live" y="6" width={length(live)} height="4" />
          </svg>
        </li>
      ))}
    </ul>
  );
}
