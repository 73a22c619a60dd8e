import { escapeVisibly } from './escape.ts';
import { whole } from './page.ts';

const WIDTH = 300;
const HEIGHT = 80;
const BAR_HEIGHT = 18;
const LABEL_CHARACTERS = 28;

/** A histogram as inline SVG, with the range below it. Each bar's title gives its bounds and count. */
export function histogram({
  edges,
  counts,
}: {
  /** Texts where numbers would say little, as of dates. */
  readonly edges: readonly (number | string)[];
  readonly counts: readonly number[];
}): string {
  const maxCount = Math.max(...counts, 1);
  const step = WIDTH / counts.length;
  const bars = counts.map((count, bin) => {
    const height = count === 0 ? 0 : Math.max(1, (count / maxCount) * HEIGHT);
    const title = `${said(edges[bin]!)} to ${said(edges[bin + 1]!)}: ${whole(count)}`;
    return `<rect x="${(bin * step).toFixed(1)}" y="${(HEIGHT - height).toFixed(1)}" width="${Math.max(1, step - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${title}</title></rect>`;
  });
  const ends = `<text x="0" y="${HEIGHT + 14}">${said(edges[0]!)}</text><text x="${WIDTH}" y="${HEIGHT + 14}" text-anchor="end">${said(edges.at(-1)!)}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 18}" role="img" aria-label="histogram">${bars.join('')}${ends}</svg>`;
}

/** Counts of categories as horizontal bars, in the given order. `total` is the count of a full share. */
export function categoryBars(
  items: readonly { readonly value: string; readonly count: number }[],
  total: number,
): string {
  const maxCount = Math.max(...items.map(({ count }) => count), 1);
  const bars = items.map(({ value, count }, i) => {
    const y = i * BAR_HEIGHT * 2;
    const share = `${whole(count)} (${((100 * count) / Math.max(1, total)).toFixed(1)}%)`;
    const name =
      [...value].length > LABEL_CHARACTERS ? `${[...value].slice(0, LABEL_CHARACTERS).join('')}…` : value;
    return `<text x="0" y="${y + 13}">${escapeVisibly(name)}</text><text x="${WIDTH}" y="${y + 13}" text-anchor="end">${share}</text><rect x="0" y="${y + 18}" width="${Math.max(1, (count / maxCount) * WIDTH).toFixed(1)}" height="8"><title>${escapeVisibly(value)}</title></rect>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${items.length * BAR_HEIGHT * 2}" role="img" aria-label="categories">${bars.join('')}</svg>`;
}

const said = (edge: number | string) =>
  typeof edge === 'string' ? escapeVisibly(edge) : String(Number(edge.toPrecision(4)));
