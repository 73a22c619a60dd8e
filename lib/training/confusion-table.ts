import { escapeVisibly } from '../html/escape.ts';
import { whole } from '../html/page.ts';
import type { ModelReport } from './model-report.ts';

/** A larger matrix would be unreadable. */
const SHOWN_CLASSES = 30;
/** The colour of a full cell. With more, its text would be hard to read on light or on dark pages. */
const MAX_COLOUR = 0.6;

/** One line of the matrix: a class, or all classes that are not shown. */
interface Line {
  readonly name: string;
  readonly members: readonly number[];
}

/**
 * The confusion matrix as a heat map: one row per true class, one column per answer. A cell's colour shows
 * its share of the row. When there are many classes, the largest have their own lines, in the order of the
 * classes, and all others share one.
 */
export function confusionTable({ classes, confusion }: ModelReport['holdout']): string {
  if (confusion === null) return `<p>Not drawn for ${whole(classes.length)} classes.</p>`;
  const lines = linesOf(classes);
  const columns = lines.map(({ name }) => `<th scope="col"><span>${escapeVisibly(name)}</span></th>`);
  const rows = lines.map((truth) => {
    const counts = lines.map((answer) => sumOf(confusion, truth, answer));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const cells = counts.map((count, at) => {
      const title = `${truth.name} answered as ${lines[at]!.name}`;
      return cell(count, total, lines[at] === truth, title);
    });
    return `<tr><th scope="row">${escapeVisibly(truth.name)}</th>${cells.join('')}</tr>`;
  });
  const note =
    classes.length > SHOWN_CLASSES
      ? `<p class="soft">The ${SHOWN_CLASSES} largest of ${whole(classes.length)} classes; all others share the last line.</p>`
      : '';
  return `${note}<div class="scroll"><table class="confusion${lines.length > 12 ? ' small' : ''}"><thead><tr><th class="corner">is \\ answered</th>${columns.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function linesOf(classes: ModelReport['holdout']['classes']): Line[] {
  const all = classes.map((_, at) => at);
  const largest = new Set(
    all.toSorted((a, b) => classes[b]!.support - classes[a]!.support || a - b).slice(0, SHOWN_CLASSES),
  );
  const own = all.filter((at) => largest.has(at)).map((at) => ({ name: classes[at]!.label, members: [at] }));
  const others = all.filter((at) => !largest.has(at));
  return others.length === 0 ? own : [...own, { name: `${others.length} others`, members: others }];
}

function sumOf(confusion: readonly (readonly number[])[], truth: Line, answer: Line): number {
  let sum = 0;
  for (const row of truth.members) for (const column of answer.members) sum += confusion[row]![column]!;
  return sum;
}

function cell(count: number, total: number, isRight: boolean, title: string): string {
  if (count === 0) return '<td></td>';
  const share = `${((100 * count) / total).toFixed(1)}%`;
  const heat = `${((100 * MAX_COLOUR * count) / total).toFixed(1)}%`;
  return `<td class="${isRight ? 'right' : 'wrong'}" style="--heat:${heat}" title="${escapeVisibly(title)}: ${share}">${whole(count)}</td>`;
}
