import type { VersionSummary } from '../../../../lib/http/schemas/models-api.ts';
import { LineChart, ticksOf } from '../parts/line-chart.tsx';
import { score } from '../words.ts';

/** Two points make no course. */
const MIN_POINTS = 3;

/** How good the versions were that the list shows, from the oldest to the newest. */
export function ScoreChart({ versions }: { versions: readonly VersionSummary[] }) {
  const points = versions
    .flatMap(({ version, macro_f1, champion, source_key }) => {
      if (macro_f1 === null) return [];
      const title = `v${version}${champion ? ', the champion' : ''}: ${score(macro_f1)}, from ${source_key ?? 'an unknown file'}`;
      return [{ x: version, y: macro_f1, title, isMarked: champion }];
    })
    .toSorted((a, b) => a.x - b.x);
  if (points.length < MIN_POINTS) return null;
  const [first, last] = [points[0]!.x, points.at(-1)!.x];
  const scores = points.map(({ y }) => y);
  const [low, high] = [Math.max(0, Math.min(...scores) - 0.01), Math.min(1, Math.max(...scores) + 0.01)];
  return (
    <section aria-label="Macro-F1 by version">
      <h2>Macro-F1 by version</h2>
      <p class="soft small">
        Each on rows held out of its own training; the champion is filled. Open a version to see how sure its
        score is.
      </p>
      <LineChart
        points={points}
        x={{ from: first, to: last, name: 'version', ticks: ticksOf(first, last).filter(Number.isInteger) }}
        y={{ from: low, to: high, name: 'macro-F1', ticks: ticksOf(low, high) }}
        words={`Macro-F1 by version: ${points.map(({ x, y }) => `v${x} ${score(y)}`).join(', ')}`}
      />
    </section>
  );
}
