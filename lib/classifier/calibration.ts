import * as z from 'zod/mini';

/**
 * Maps a score to the share of answers with that score that are right: the line through (scores[i],
 * confidences[i]), constant beyond its ends.
 */
export const calibration = z.strictObject({
  /** Strictly ascending. */
  scores: z.array(z.number()).check(z.minLength(1)),
  /** Non-decreasing, in (0, 1). */
  confidences: z.array(z.number()).check(z.minLength(1)),
});

export type Calibration = z.infer<typeof calibration>;

/** The rate of a smaller block is too uncertain. */
const MIN_BLOCK_ROWS = 20;
const MAX_BLOCKS = 40;

interface Block {
  readonly rows: number;
  readonly hits: number;
  readonly scoreSum: number;
}

/**
 * Learns the line from answers to rows that their model was not trained on: isotonic regression (pool
 * adjacent violators; Ayer et al., 1955) over blocks of at least MIN_BLOCK_ROWS answers. Half a hit and half
 * a miss are added to each block (Jeffreys' prior), so that no finite number of hits gives certainty.
 *
 * @param scores the winners' vote shares, in [0, 1]; at least one
 * @param isRight one flag per score
 */
export function learnCalibration(scores: Float64Array, isRight: ArrayLike<boolean>): Calibration {
  const blocks = pooled(blocksOf(scores, isRight));
  let confidence = 0;
  const confidences = blocks.map(({ hits, rows }) => {
    confidence = Math.max(confidence, (hits + 0.5) / (rows + 1));
    return confidence;
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

/** Blocks of answers in ascending order of score. Equal scores stay in one block. */
function blocksOf(scores: Float64Array, isRight: ArrayLike<boolean>): Block[] {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const minRows = Math.max(MIN_BLOCK_ROWS, Math.ceil(scores.length / MAX_BLOCKS));
  const blocks: Block[] = [];
  let [rows, hits, scoreSum] = [0, 0, 0];
  order.forEach((at, i) => {
    rows++;
    hits += isRight[at] ? 1 : 0;
    scoreSum += scores[at]!;
    const next = order[i + 1];
    if (next !== undefined && (rows < minRows || scores[next] === scores[at])) return;
    blocks.push({ rows, hits, scoreSum });
    [rows, hits, scoreSum] = [0, 0, 0];
  });
  return blocks;
}

/**
 * Merges neighbours until hit rates ascend. Also merges the last block with the one before it when it is too
 * small.
 */
function pooled(blocks: readonly Block[]): Block[] {
  const done: Block[] = [];
  blocks.forEach((block, i) => {
    let current = block;
    const isSmall = i === blocks.length - 1 && block.rows < MIN_BLOCK_ROWS;
    for (let before = done.at(-1); before; before = done.at(-1)) {
      const ascends = before.hits * current.rows < current.hits * before.rows;
      if (ascends && !(isSmall && current === block)) break;
      done.pop();
      current = merged(before, current);
    }
    done.push(current);
  });
  return done;
}

const merged = (a: Block, b: Block): Block => ({
  rows: a.rows + b.rows,
  hits: a.hits + b.hits,
  scoreSum: a.scoreSum + b.scoreSum,
});
