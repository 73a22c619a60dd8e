import * as z from 'zod/mini';

/** How often answers with a given score are right: the line through (scores[i], confidences[i]), level beyond its ends. */
export const calibration = z.strictObject({
  /** Strictly ascending. */
  scores: z.array(z.number()).check(z.minLength(1)),
  /** Non-decreasing, in (0, 1). */
  confidences: z.array(z.number()).check(z.minLength(1)),
});

export type Calibration = z.infer<typeof calibration>;

/** A block of fewer answers says too little of its own. */
const MIN_BLOCK_ROWS = 20;
const MAX_BLOCKS = 40;

interface Block {
  readonly rows: number;
  readonly hits: number;
  readonly scoreSum: number;
}

/**
 * Learns the line from answers to rows that their model had not seen: isotonic regression (pool adjacent violators; Ayer et al.,
 * 1955) over blocks of at least MIN_BLOCK_ROWS answers. A block's rate is drawn towards one half by half an answer each way
 * (Jeffreys' prior), so that no finite number of hits becomes certainty.
 *
 * @param scores winners' shares, in [0, 1]; `isRight` in step with them; at least one.
 */
export function learnCalibration(scores: Float64Array, isRight: ArrayLike<boolean>): Calibration {
  const blocks = pooled(gathered(scores, isRight));
  let least = 0;
  const confidences = blocks.map(({ hits, rows }) => {
    least = Math.max(least, (hits + 0.5) / (rows + 1));
    return least;
  });
  return { scores: blocks.map(({ scoreSum, rows }) => scoreSum / rows), confidences };
}

/** The confidence in an answer with this score. */
export function calibrated({ scores, confidences }: Calibration, score: number): number {
  let above = 0;
  while (above < scores.length && scores[above]! < score) above++;
  if (above === 0) return confidences[0]!;
  if (above === scores.length) return confidences[above - 1]!;
  const [left, right] = [scores[above - 1]!, scores[above]!];
  const share = (score - left) / (right - left);
  return confidences[above - 1]! + share * (confidences[above]! - confidences[above - 1]!);
}

/** Blocks of answers in ascending order of score; equal scores are never parted. */
function gathered(scores: Float64Array, isRight: ArrayLike<boolean>): Block[] {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const least = Math.max(MIN_BLOCK_ROWS, Math.ceil(scores.length / MAX_BLOCKS));
  const blocks: Block[] = [];
  let [rows, hits, scoreSum] = [0, 0, 0];
  order.forEach((at, i) => {
    rows++;
    hits += isRight[at] ? 1 : 0;
    scoreSum += scores[at]!;
    const next = order[i + 1];
    if (next !== undefined && (rows < least || scores[next] === scores[at])) return;
    blocks.push({ rows, hits, scoreSum });
    [rows, hits, scoreSum] = [0, 0, 0];
  });
  return blocks;
}

/** Joins neighbours until hit rates ascend, and a last block that is too small with the one before it. */
function pooled(blocks: readonly Block[]): Block[] {
  const done: Block[] = [];
  blocks.forEach((block, i) => {
    let current = block;
    const isSmall = i === blocks.length - 1 && block.rows < MIN_BLOCK_ROWS;
    for (let before = done.at(-1); before; before = done.at(-1)) {
      const ascends = before.hits * current.rows < current.hits * before.rows;
      if (ascends && !(isSmall && current === block)) break;
      done.pop();
      current = joined(before, current);
    }
    done.push(current);
  });
  return done;
}

const joined = (a: Block, b: Block): Block => ({
  rows: a.rows + b.rows,
  hits: a.hits + b.hits,
  scoreSum: a.scoreSum + b.scoreSum,
});
