import { Candidates } from './candidates.ts';
import { ExactSearch } from './exact-search.ts';
import type { TreeIndexData } from './index-data.ts';

/**
 * Walks the tree, nearer child first, and passes over a subtree when no row in it can enter the answer.
 *
 * `bound` is the incremental distance (Arya and Mount, "Algorithms for fast vector quantization", 1993): the sum over
 * the features of how far the query is outside the subtree's box. The search stays exact although the bound is
 * rounded: each term is rounded like the row's own and is no larger than it (rounding is monotonic), so only the
 * additions matter. At most 31 levels do two each, none larger than the bound itself, and a row's own sum does
 * dimension − 1, each with a relative error of 2⁻⁵³; what #certain takes off is twice what that adds up to. Additions do not
 * underflow, and coordinates are so bounded that nothing overflows.
 */
export class TreeSearch extends ExactSearch {
  readonly #splitFeatures: Uint16Array;
  readonly #splitBounds: Float64Array;
  readonly #squared: boolean;
  readonly #certain: number;
  /** Per feature, how far the query is outside the box of the node being visited: 0 inside. */
  readonly #offsets: Float64Array;
  #query: Float64Array;
  #excluded = -1;
  #candidates: Candidates;

  constructor(data: TreeIndexData, excludedRows: Uint8Array | undefined) {
    super(data, excludedRows);
    this.#splitFeatures = data.splitFeatures;
    this.#splitBounds = data.splitBounds;
    this.#squared = data.metric === 'euclidean';
    this.#certain = 1 - (64 + data.dimension) * 2 ** -52;
    this.#offsets = new Float64Array(data.dimension);
    this.#query = this.#offsets;
    this.#candidates = new Candidates(data.metric);
  }

  protected override collect(query: Float64Array, excluded: number, candidates: Candidates): void {
    this.#query = query;
    this.#excluded = excluded;
    this.#candidates = candidates;
    this.#visit(0, 0, this.rows, 0);
  }

  /** Visits the node that covers the positions [low, high). */
  #visit(node: number, low: number, high: number, bound: number): void {
    if (bound * this.#certain > this.#candidates.limit) return;
    if (node >= this.#splitFeatures.length) {
      this.scanner.scan(this.#query, low, high, this.#excluded, this.#candidates);
      return;
    }
    const feature = this.#splitFeatures[node]!;
    const value = this.#query[feature]!;
    const beyondLeft = Math.max(0, value - this.#splitBounds[2 * node]!);
    const beyondRight = Math.max(0, this.#splitBounds[2 * node + 1]! - value);
    const middle = (low + high) >>> 1;
    if (beyondLeft <= beyondRight) {
      this.#enter(2 * node + 1, low, middle, feature, beyondLeft, bound);
      this.#enter(2 * node + 2, middle, high, feature, beyondRight, bound);
    } else {
      this.#enter(2 * node + 2, middle, high, feature, beyondRight, bound);
      this.#enter(2 * node + 1, low, middle, feature, beyondLeft, bound);
    }
  }

  /** Visits a child that lies at least `offset` away from the query along `feature`. */
  #enter(node: number, low: number, high: number, feature: number, offset: number, bound: number): void {
    const known = this.#offsets[feature]!;
    if (offset <= known) {
      this.#visit(node, low, high, bound);
      return;
    }
    const nearer = this.#squared ? known * known : known;
    const farther = this.#squared ? offset * offset : offset;
    this.#offsets[feature] = offset;
    this.#visit(node, low, high, bound - nearer + farther);
    this.#offsets[feature] = known;
  }
}
