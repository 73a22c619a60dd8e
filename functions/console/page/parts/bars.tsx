import { useState } from 'preact/hooks';
import { plural } from '../words.ts';

export interface Bar {
  readonly label: string;
  /** From 0 to 1: the length. */
  readonly share: number;
  /** What stands beside the bar. */
  readonly text: string;
  readonly isStrong?: boolean;
}

const SHOWN_BARS = 12;

/** Horizontal bars with their labels as text, in the given order. */
export function Bars({ bars, name }: { bars: readonly Bar[]; name: string }) {
  const [isWhole, showWhole] = useState(false);
  const shown = isWhole ? bars : bars.slice(0, SHOWN_BARS);
  return (
    <>
      <ul class="bars" aria-label={name}>
        {shown.map(({ label, share, text, isStrong }) => (
          <li key={label} class={isStrong ? 'strong' : ''}>
            <span class="bar-label" title={label}>
              <bdi>{label}</bdi>
            </span>
            <span class="bar-text">{text}</span>
            <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect class="track" width="100" height="4" />
              <rect width={Math.max(share * 100, share > 0 ? 0.5 : 0)} height="4" />
            </svg>
          </li>
        ))}
      </ul>
      {bars.length > shown.length && (
        <button type="button" class="quiet" onClick={() => showWhole(true)}>
          Show {plural(bars.length - shown.length, 'more', 'more')}
        </button>
      )}
    </>
  );
}
