import { compiled, wasmEngine } from '../../wasm/engine.ts';
import {
  block,
  br,
  br_if,
  type Code,
  doWhile,
  F64,
  f64,
  get,
  I32,
  i32,
  i32x4,
  if_,
  increase,
  return_,
  set,
  V128,
  v128,
  whileDo,
} from '../../wasm/instructions.ts';
import { assemble, Locals, type WasmFunction } from '../../wasm/module.ts';
import { MAX_SUM, ROUNDINGS, rowsOf, TILE_ROWS, tileAt, tileSums } from './filter-kernel.ts';
import { ENTRY_BYTES, fixedPlaces, MAX_WAITING, WAITING_BYTES } from './filter-memory.ts';
import type { Metric } from './types.ts';

/** The exports of a walk's module, documented where the function is generated. */
export interface WalkFunctions {
  walk(
    wanted: number,
    rows: number,
    innerNodes: number,
    splitFeaturesAt: number,
    splitBoundsAt: number,
    scale: number,
    slack: number,
    certain: number,
    underflow: number,
  ): number;
}

/** The functions for a metric and dimension, on a filter's memory. */
export function walkFunctions(metric: Metric, dimension: number, memory: object): WalkFunctions {
  const module = compiled(`walk ${metric} ${dimension}`, () => assemble([walkFunction(metric, dimension)]));
  return new wasmEngine.Instance<WalkFunctions>(module, { env: { memory } }).exports;
}

/** The fields of a stack entry, by offset in bytes. */
const ENTRY = { node: 0, low: 4, high: 8, feature: 12, bound: 16, offset: 24 } as const;
/** Marks an entry that restores an offset, in place of a node. */
const RESTORE = i32.const(-1);

/**
 * walk(wanted, rows, innerNodes, splitFeaturesAt, splitBoundsAt, scale, slack, certain, underflow): writes to
 * waitingAt the positions of all rows that may be among the `wanted` nearest to the prepared query, with
 * their sums, and returns their number. Returns -1 when too many had to wait at the same time; the offsets
 * are then not 0. The number of visited rows is at visitedAt.
 *
 * It follows the path of TreeSearch, which describes it, but compares rows in leaves only by the codes of a
 * filter. Without inner nodes the whole table is one leaf. If S is the wanted-th smallest sum so far,
 * `wanted` rows are within the limit that CodeFilter's inequality, with its sides swapped, gives for S. No
 * row beyond that limit is needed, and a row within it has a sum of at most largestSum(limit). Rows with
 * larger sums are dropped, the others wait. This requires that no code was clamped.
 */
function walkFunction(metric: Metric, dimension: number): WasmFunction {
  const [wanted, rows, innerNodes, features, bounds] = [0, 1, 2, 3, 4];
  const [scale, slack, certain, underflow] = [5, 6, 7, 8];
  const places = fixedPlaces(dimension);
  const locals = new Locals(9);
  const [top, node, low, high, feature, middle, left] = locals.some(I32, 7);
  const [bound, known, offset, value, fromLeft, fromRight, farther, limit, root] = locals.some(F64, 9);
  const [visited, position, at, found, row, sum, waiting, kept, place, kth, maxSum, last, codes, query] =
    locals.some(I32, 14);
  const maxSumLanes = locals.one(V128);
  const { lower, upper, begin, sum: sumTile } = tileSums(metric, dimension, locals, { query, at });

  const shifted = (local: number, by: number) => i32.shl(get(local), i32.const(by));
  const product = (a: Code, b: Code = a) => f64.mul(a, b);
  const perFeature = (base: number) => f64.load(base, shifted(feature, 3));
  const setOffset = (value: Code) => f64.store(places.offsetsAt, shifted(feature, 3), value);
  const push = (entry: Record<'node' | 'low' | 'high' | 'bound' | 'offset', Code>): Code => [
    i32.store(ENTRY.node, get(top), entry.node),
    i32.store(ENTRY.low, get(top), entry.low),
    i32.store(ENTRY.high, get(top), entry.high),
    i32.store(ENTRY.feature, get(top), get(feature)),
    f64.store(ENTRY.bound, get(top), entry.bound),
    f64.store(ENTRY.offset, get(top), entry.offset),
    increase(top, i32.const(ENTRY_BYTES)),
  ];
  const isTooFar = (distance: number) => f64.gt(product(get(distance), get(certain)), get(limit));
  /**
   * Puts into `farther` the bound of a child at distance `by` from the query along a feature whose offset was
   * `known`.
   */
  const widen = (by: number): Code => [
    set(farther, get(bound)),
    if_(
      f64.gt(get(by), get(known)),
      set(
        farther,
        metric === 'euclidean'
          ? f64.add(f64.sub(get(bound), product(get(known))), product(get(by)))
          : f64.add(f64.sub(get(bound), get(known)), get(by)),
      ),
    ),
  ];

  /**
   * Goes to a child and pushes the other, farther one on the stack. Pushes both when the query is outside
   * this one's box.
   */
  const goTo = (near: 'left' | 'right', nextEntry: number): Code => {
    const [fromNear, fromFar] = near === 'left' ? [fromLeft, fromRight] : [fromRight, fromLeft];
    const right = i32.add(get(left), i32.const(1));
    const below = { node: get(left), low: get(low), high: get(middle) };
    const above = { node: right, low: get(middle), high: get(high) };
    const [one, other] = near === 'left' ? [below, above] : [above, below];
    return [
      widen(fromFar),
      if_(i32.eqz(isTooFar(farther)), push({ ...other, bound: get(farther), offset: get(fromFar) })),
      set(node, one.node),
      near === 'left' ? set(high, get(middle)) : set(low, get(middle)),
      if_(f64.gt(get(fromNear), get(known)), [
        widen(fromNear),
        push({
          node: get(node),
          low: get(low),
          high: get(high),
          bound: get(farther),
          offset: get(fromNear),
        }),
        br(nextEntry),
      ]),
    ];
  };
  // Branch depths are counted from within `if_` in `if_` in the loop in its block.
  const descend: Code = block(
    doWhile(i32.const(1), [
      br_if(1, i32.eqz(i32.lt_u(get(node), get(innerNodes)))),
      set(feature, i32.load16_u(0, i32.add(get(features), shifted(node, 1)))),
      set(value, perFeature(places.queryAt)),
      set(known, perFeature(places.offsetsAt)),
      set(fromLeft, f64.sub(get(value), f64.load(0, i32.add(get(bounds), shifted(node, 4))))),
      set(fromRight, f64.sub(f64.load(8, i32.add(get(bounds), shifted(node, 4))), get(value))),
      set(middle, i32.shr_u(i32.add(get(low), get(high)), i32.const(1))),
      set(left, i32.add(shifted(node, 1), i32.const(1))),
      if_(f64.le(get(fromLeft), get(fromRight)), goTo('left', 4), goTo('right', 4)),
    ]),
  );

  const insert: Code = [
    set(place, get(last)),
    block(
      doWhile(i32.const(1), [
        br_if(1, i32.eqz(i32.gt_u(get(place), i32.const(places.smallestAt)))),
        set(kth, i32.load(0, i32.sub(get(place), i32.const(4)))),
        br_if(1, i32.le_s(get(kth), get(sum))),
        i32.store(0, get(place), get(kth)),
        increase(place, i32.const(-4)),
      ]),
    ),
    i32.store(0, get(place), get(sum)),
    set(kth, i32.load(0, get(last))),
  ];
  const keepWaiting = (base: number): Code => [
    i32.store(0, get(base), get(row)),
    i32.store(4, get(base), get(sum)),
    increase(base, i32.const(WAITING_BYTES)),
  ];
  const takeOne: Code = [
    set(sum, i32.load(places.tileSumsAt, i32.shl(i32.ctz(get(found)), i32.const(2)))),
    set(row, i32.add(get(position), i32.ctz(get(found)))),
    if_(i32.lt_u(i32.sub(get(row), get(low)), i32.sub(get(high), get(low))), [
      keepWaiting(waiting),
      if_(i32.lt_s(get(sum), get(kth)), insert),
    ]),
    set(found, i32.and(get(found), i32.sub(get(found), i32.const(1)))),
  ];
  const isNear = (sums: number) => i32x4.le_s(get(sums), get(maxSumLanes));
  const kthSum = f64.convert_i32_s(get(kth));
  const rounded = (value: Code) => product(value, f64.const(ROUNDINGS));
  /** The limit for the wanted-th smallest sum, and the largest sum within it: see CodeFilter. */
  const newLimit: Code =
    metric === 'euclidean'
      ? [
          set(root, f64.div(f64.add(f64.sqrt(kthSum), get(slack)), get(scale))),
          set(limit, f64.add(rounded(product(get(root))), get(underflow))),
          set(
            root,
            f64.add(rounded(product(f64.sqrt(f64.add(get(limit), get(underflow))), get(scale))), get(slack)),
          ),
          set(root, rounded(product(get(root)))),
        ]
      : [
          set(limit, rounded(f64.div(f64.add(kthSum, get(slack)), get(scale)))),
          set(root, f64.add(rounded(product(get(limit), get(scale))), get(slack))),
        ];
  const tighten: Code = [
    newLimit,
    set(maxSum, i32.trunc_sat_f64_s(get(root))),
    set(maxSumLanes, i32x4.splat(get(maxSum))),
  ];
  /** Drops waiting rows whose sums are too large. */
  const compact: Code = [
    set(kept, i32.const(places.waitingAt)),
    set(place, i32.const(places.waitingAt)),
    whileDo(i32.lt_u(get(place), get(waiting)), [
      set(row, i32.load(0, get(place))),
      set(sum, i32.load(4, get(place))),
      if_(i32.le_s(get(sum), get(maxSum)), keepWaiting(kept)),
      increase(place, i32.const(WAITING_BYTES)),
    ]),
    set(waiting, get(kept)),
  ];
  const waitingAt = (rows: number) => i32.const(places.waitingAt + rows * WAITING_BYTES);
  const lookAtLeaf: Code = [
    increase(visited, i32.sub(get(high), get(low))),
    set(position, i32.and(get(low), i32.const(-TILE_ROWS))),
    set(at, tileAt(dimension, codes, get(position))),
    doWhile(i32.lt_u(get(position), get(high)), [
      sumTile,
      if_(v128.any_true(v128.or(isNear(lower), isNear(upper))), [
        v128.store(places.tileSumsAt, i32.const(0), get(lower)),
        v128.store(places.tileSumsAt + 16, i32.const(0), get(upper)),
        set(found, rowsOf(isNear(lower), isNear(upper))),
        set(middle, get(kth)),
        doWhile(get(found), takeOne),
        if_(i32.ne(get(kth), get(middle)), tighten),
        // There is always room for one tile. Gives up when dropping frees little: repeating it would not pay.
        if_(i32.gt_u(get(waiting), waitingAt(MAX_WAITING - TILE_ROWS)), [
          compact,
          if_(i32.gt_u(get(waiting), waitingAt(MAX_WAITING / 2)), return_(i32.const(-1))),
        ]),
      ]),
      increase(position, i32.const(TILE_ROWS)),
    ]),
  ];

  const nextEntry: Code = block(
    [
      increase(top, i32.const(-ENTRY_BYTES)),
      set(node, i32.load(ENTRY.node, get(top))),
      set(feature, i32.load(ENTRY.feature, get(top))),
      set(offset, f64.load(ENTRY.offset, get(top))),
      if_(i32.eq(get(node), RESTORE), [setOffset(get(offset)), br(1)]),
      set(bound, f64.load(ENTRY.bound, get(top))),
      br_if(0, isTooFar(bound)),
      set(low, i32.load(ENTRY.low, get(top))),
      set(high, i32.load(ENTRY.high, get(top))),
      set(known, perFeature(places.offsetsAt)),
      if_(f64.gt(get(offset), get(known)), [
        setOffset(get(offset)),
        push({ node: RESTORE, low: RESTORE, high: RESTORE, bound: f64.const(0), offset: get(known) }),
      ]),
    ],
    descend,
    lookAtLeaf,
  );
  const body: Code = [
    set(codes, i32.const(places.codesAt)),
    set(query, i32.const(places.queriesAt)),
    set(limit, f64.const(Number.POSITIVE_INFINITY)),
    set(kth, i32.const(MAX_SUM)),
    set(maxSum, get(kth)),
    set(maxSumLanes, i32x4.splat(get(kth))),
    set(waiting, i32.const(places.waitingAt)),
    set(last, i32.add(i32.const(places.smallestAt - 4), shifted(wanted, 2))),
    set(place, get(last)),
    doWhile(i32.eqz(i32.lt_u(get(place), i32.const(places.smallestAt))), [
      i32.store(0, get(place), get(kth)),
      increase(place, i32.const(-4)),
    ]),
    begin,
    set(top, i32.const(places.stackAt)),
    push({
      node: i32.const(0),
      low: i32.const(0),
      high: get(rows),
      bound: f64.const(0),
      offset: f64.const(0),
    }),
    doWhile(i32.gt_u(get(top), i32.const(places.stackAt)), nextEntry),
    compact,
    i32.store(places.visitedAt, i32.const(0), get(visited)),
    i32.shr_u(i32.sub(get(waiting), i32.const(places.waitingAt)), i32.const(Math.log2(WAITING_BYTES))),
  ];
  const parameters = [I32, I32, I32, I32, I32, F64, F64, F64, F64];
  return { name: 'walk', parameters, results: [I32], locals: locals.types, body };
}
