import {
  block,
  br_if,
  type Code,
  call,
  doWhile,
  f64x2,
  get,
  I32,
  i8x16,
  i32,
  i32x4,
  if_,
  increase,
  select,
  set,
  tee,
  V128,
  v128,
  whileDo,
} from '../../wasm/instructions.ts';
import { Locals, type WasmFunction, type WasmSignature } from '../../wasm/module.ts';
import {
  BLOCK_COUNTS_BYTES,
  BUCKET_ENDS_AT,
  BUCKET_SHIFT,
  COUNTS_AT,
  DIGESTS_AT,
  FOUR_BLOCKS_BYTES,
  FOUR_STATES_BYTES,
  INITIAL_STATES_AT,
  LAST_ROWS_AT,
  ROW_BYTES,
  STREAM_BLOCKS,
  STREAMS,
  STREAMS_AT,
} from './table-memory.ts';

/*
 * Hash functions on four rows at a time: word w of four messages is one SIMD vector, so that one pass of the
 * algorithm digests four rows. The code is generated here from the algorithms' definitions; it is
 * straight-line but for its loops.
 */

/** RFC 7693, section 2.6; the same words as SHA-256's initial state. */
const BLAKE2S_IV = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** RFC 7693, section 2.7. */
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** Quarters that both BLAKE2s and ChaCha work on: columns, then diagonals. */
const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** "expand 32-byte k": RFC 8439, section 2.3. */
const CHACHA_CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

const SIXTEEN = Array.from({ length: 16 }, (_, i) => i);
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const wordAt = (index: number) => index * 16;
const constant = (word: number): Code => i32x4.splat(i32.const(word));
const xorInto = (into: number, other: number): Code => set(into, v128.xor(get(into), get(other)));
const addInto = (into: number, other: number): Code => set(into, i32x4.add(get(into), get(other)));
const lessOne = (local: number): Code => tee(local, i32.sub(get(local), i32.const(1)));

/**
 * Rotates each 32-bit lane right by whole bytes, with one shuffle of bytes. It is a swizzle by a constant,
 * which V8 keeps in memory. V8 would build the mask of a shuffle anew each time, with four instructions.
 */
const rotateBytes = (local: number, bytes: number): Code =>
  i8x16.swizzle(
    get(local),
    v128.const(Array.from({ length: 16 }, (_, at) => (at & 12) | ((at + bytes) & 3))),
  );

function rotateRight(local: number, bits: number): Code {
  if (bits % 8 === 0) return set(local, rotateBytes(local, bits / 8));
  return set(
    local,
    v128.or(i32x4.shr_u(get(local), i32.const(bits)), i32x4.shl(get(local), i32.const(32 - bits))),
  );
}

/** Writes the state that every digest begins with to a kernel's memory. */
export function writeInitialStates(words: Uint32Array): void {
  // The parameter block of an unkeyed 32-byte digest: RFC 7693, section 2.5.
  for (const [i, word] of BLAKE2S_IV.entries())
    words.fill(
      i === 0 ? word ^ 0x01010020 : word,
      INITIAL_STATES_AT / 4 + 4 * i,
      INITIAL_STATES_AT / 4 + 4 * i + 4,
    );
}

/**
 * digest(groups, blocks, bytes, messagesAt, passed, isOpen): writes the BLAKE2s-256 of `groups` times four
 * messages of `bytes` bytes, `blocks` blocks each, to DIGESTS. When `passed` is 1 instead of 0, it begins
 * with the second block, and with the states in ROW_STATES. When `isOpen` is 1 instead of 0, it writes the
 * states that another block would begin with.
 */
export function digestFunction(): WasmFunction {
  const [groups, blocks, bytes, message, passed, isOpen] = [0, 1, 2, 3, 4, 5];
  const locals = new Locals(6);
  const [digest, left, done, state] = locals.some(I32, 4);
  const h = locals.some(V128, 8);
  const v = locals.some(V128, 16);
  const words = Array.from({ length: 16 }, (_, index) => v128.load(wordAt(index), get(message)));
  // Words of the message are added first, because they do not wait for the previous step. Rounds differ only
  // in which words they use.
  const mixes = QUARTERS.map((quarter) => {
    const [a, b, c, d] = quarter.map((i) => v[i]!) as [number, number, number, number];
    const half = (rotateD: number, rotateB: number): Code => [
      [addInto(a, b), xorInto(d, a), rotateRight(d, rotateD)],
      [addInto(c, d), xorInto(b, c), rotateRight(b, rotateB)],
    ];
    const addTo = (index: number): Code => set(a, i32x4.add(get(a), words[index]!));
    const [first, second] = [half(16, 12), half(8, 7)];
    return (x: number, y: number): Code => [addTo(x), first, addTo(y), second];
  });
  const rounds = SIGMA.map((sigma) => mixes.map((mix, q) => mix(sigma[2 * q]!, sigma[2 * q + 1]!)));
  const oneBlock: Code = [
    increase(left, i32.const(-1)),
    // Number of bytes so far: in the last block, which may be part padding, all bytes of the message.
    get(done),
    i32.const(64),
    i32.add(),
    get(bytes),
    get(left),
    select(),
    set(done),
    EIGHT.map((i) => [set(v[i]!, get(h[i]!)), set(v[i + 8]!, constant(BLAKE2S_IV[i]!))]),
    set(v[12]!, v128.xor(get(v[12]!), i32x4.splat(get(done)))),
    // All ones in the last block.
    set(
      v[14]!,
      v128.xor(get(v[14]!), i32x4.splat(i32.sub(i32.const(0), i32.eqz(i32.or(get(left), get(isOpen)))))),
    ),
    rounds,
    EIGHT.map((i) => [xorInto(h[i]!, v[i]!), xorInto(h[i]!, v[i + 8]!)]),
    increase(message, i32.const(FOUR_BLOCKS_BYTES)),
  ];
  const times = (bytesOfOne: number): Code => i32.mul(get(passed), i32.const(bytesOfOne));
  const body: Code = [
    set(digest, i32.const(DIGESTS_AT)),
    set(state, i32.add(i32.const(INITIAL_STATES_AT), times(FOUR_STATES_BYTES))),
    doWhile(
      lessOne(groups),
      EIGHT.map((i) => set(h[i]!, v128.load(wordAt(i), get(state)))),
      increase(state, times(FOUR_STATES_BYTES)),
      increase(message, times(FOUR_BLOCKS_BYTES)),
      set(left, i32.sub(get(blocks), get(passed))),
      set(done, times(64)),
      doWhile(get(left), oneBlock),
      EIGHT.map((i) => v128.store(wordAt(i), get(digest), get(h[i]!))),
      increase(digest, i32.const(128)),
    ),
  ];
  return {
    name: 'digest',
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [],
    locals: locals.types,
    body,
  };
}

/**
 * countBits(groups): expands `groups` times four digests to 2,048 bytes each, as ChaCha's key stream
 * with the digest as the key. It adds each bit to the bit's count in COUNTS, of the last four those that
 * LAST_ROWS keeps.
 */
export function countBitsFunction(rounds: number): WasmFunction {
  const groups = 0;
  const locals = new Locals(1);
  const [digest, counter, left, stream, counts] = locals.some(I32, 5);
  const mask = locals.one(V128);
  const body: Code = [
    set(counter, i32.const(0)),
    set(counts, i32.const(COUNTS_AT)),
    doWhile(
      i32.sub(get(counter), i32.const(STREAM_BLOCKS)),
      set(digest, i32.const(DIGESTS_AT)),
      set(left, get(groups)),
      doWhile(
        get(left),
        set(stream, i32.const(STREAMS_AT)),
        doWhile(
          i32.lt_u(get(stream), i32.const(STREAMS_AT + STREAMS * FOUR_BLOCKS_BYTES)),
          if_(
            get(left),
            [
              set(mask, constant(-1)),
              if_(i32.eq(get(left), i32.const(1)), set(mask, v128.load(LAST_ROWS_AT, i32.const(0)))),
              expandBlock(rounds, locals, { digest, counter, mask, stream }),
              increase(digest, i32.const(128)),
              increase(left, i32.const(-1)),
            ],
            SIXTEEN.map((i) => v128.store(wordAt(i), get(stream), constant(0))),
          ),
          increase(stream, i32.const(FOUR_BLOCKS_BYTES)),
        ),
        addStreams(locals, counts),
      ),
      increase(counts, i32.const(BLOCK_COUNTS_BYTES)),
      increase(counter, i32.const(1)),
    ),
  ];
  return { name: 'countBits', parameters: [I32], results: [], locals: locals.types, body };
}

/** Writes one block of the key streams of the four digests at `digest`, masked, to `stream`. */
function expandBlock(
  rounds: number,
  locals: Locals,
  { digest, counter, mask, stream }: Readonly<Record<'digest' | 'counter' | 'mask' | 'stream', number>>,
): Code {
  const key = locals.some(V128, 8);
  const v = locals.some(V128, 16);
  const quarter = ([a, b, c, d]: readonly number[]): Code => [
    [addInto(a!, b!), xorInto(d!, a!), rotateRight(d!, 16)],
    [addInto(c!, d!), xorInto(b!, c!), rotateRight(b!, 20)],
    [addInto(a!, b!), xorInto(d!, a!), rotateRight(d!, 24)],
    [addInto(c!, d!), xorInto(b!, c!), rotateRight(b!, 25)],
  ];
  const doubleRound = QUARTERS.map((indices) => quarter(indices.map((i) => v[i]!)));
  const input = (i: number): Code => {
    if (i < 4) return constant(CHACHA_CONSTANTS[i]!);
    if (i < 12) return get(key[i - 4]!);
    return i === 12 ? i32x4.splat(get(counter)) : constant(0);
  };
  return [
    EIGHT.map((i) => set(key[i]!, v128.load(wordAt(i), get(digest)))),
    v.map((local, i) => set(local, input(i))),
    Array.from({ length: rounds / 2 }, () => doubleRound),
    v.map((local, i) =>
      v128.store(wordAt(i), get(stream), v128.and(i32x4.add(get(local), input(i)), get(mask))),
    ),
  ];
}

/**
 * Adds the bits of all STREAMS to the block's counts. Full adders reduce the 32 bits of a place, together
 * with its planes of 1, 2, 4, 8 and 16, to these planes and one carry of 32 (Harley and Seal). The carry
 * ripples through the planes above until none of the 128 places has one.
 */
function addStreams(locals: Locals, counts: number): Code {
  const planes = locals.some(V128, Math.log2(STREAMS));
  const [ones, others] = [locals.some(V128, planes.length), locals.some(V128, planes.length)];
  const [carry, above] = locals.some(V128, 2);
  const [place, at] = locals.some(I32, 2);
  /** Adds 2^level streams to the planes below `level`, and leaves the carry in `into`. */
  const sum = (level: number, first: number, into: number): Code => {
    if (level === 0) return set(into, v128.load(STREAMS_AT + first * FOUR_BLOCKS_BYTES, get(place)));
    const [plane, a, b] = [planes[level - 1]!, ones[level - 1]!, others[level - 1]!];
    return [
      sum(level - 1, first, a),
      sum(level - 1, first + 2 ** (level - 1), b),
      xorInto(plane, a),
      // Where plane and a differ, two of the three bits are set if b is; else if a is.
      set(into, v128.bitselect(get(b), get(a), get(plane))),
      xorInto(plane, b),
    ];
  };
  const planeAt = (index: number) => index * FOUR_BLOCKS_BYTES;
  return [
    set(place, i32.const(0)),
    doWhile(
      i32.sub(get(place), i32.const(FOUR_BLOCKS_BYTES)),
      set(at, i32.add(get(counts), get(place))),
      planes.map((plane, i) => set(plane, v128.load(planeAt(i), get(at)))),
      sum(planes.length, 0, carry),
      planes.map((plane, i) => v128.store(planeAt(i), get(at), get(plane))),
      increase(at, i32.const(planeAt(planes.length))),
      whileDo(
        v128.any_true(get(carry)),
        set(above, v128.load(0, get(at))),
        v128.store(0, get(at), v128.xor(get(above), get(carry))),
        set(carry, v128.and(get(above), get(carry))),
        increase(at, i32.const(FOUR_BLOCKS_BYTES)),
      ),
      increase(place, i32.const(16)),
    ),
  ];
}

/** Words of pairs of vectors, as byte indices of a shuffle. */
const words = (...indices: number[]) =>
  indices.flatMap((word) => [word * 4, word * 4 + 1, word * 4 + 2, word * 4 + 3]);

/**
 * encodeNumbers(groups, valuesAt, messageAt, messageBytes): writes two words of each of four rows' messages,
 * `messageBytes` apart, from doubles: the low word, then the high one, in little-endian order. All NaN are
 * written as the same one.
 */
export function encodeNumbersFunction(): WasmFunction {
  const [groups, values, message, messageBytes] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const [a, b] = locals.some(V128, 2);
  const nan = v128.const([0, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
  const load = (local: number, offset: number) =>
    set(
      local,
      v128.bitselect(tee(local, v128.load(offset, get(values))), nan, f64x2.eq(get(local), get(local))),
    );
  const body = doWhile(
    lessOne(groups),
    load(a, 0),
    load(b, 16),
    v128.store(0, get(message), i8x16.shuffle(words(0, 2, 4, 6), get(a), get(b))),
    v128.store(16, get(message), i8x16.shuffle(words(1, 3, 5, 7), get(a), get(b))),
    increase(values, i32.const(32)),
    set(message, i32.add(get(message), get(messageBytes))),
  );
  return { name: 'encodeNumbers', parameters: [I32, I32, I32, I32], results: [], locals: locals.types, body };
}

/** Transposes four vectors of four words: row r's word w is vector w's word r. */
function transpose(rows: readonly number[], scratch: readonly number[]): Code {
  const [a, b, c, d] = rows as [number, number, number, number];
  const [lowAb, lowCd, highAb, highCd] = scratch as [number, number, number, number];
  const merge = (into: number, indices: number[], x: number, y: number) =>
    set(into, i8x16.shuffle(words(...indices), get(x), get(y)));
  return [
    merge(lowAb, [0, 4, 1, 5], a, b),
    merge(lowCd, [0, 4, 1, 5], c, d),
    merge(highAb, [2, 6, 3, 7], a, b),
    merge(highCd, [2, 6, 3, 7], c, d),
    merge(a, [0, 1, 4, 5], lowAb, lowCd),
    merge(b, [2, 3, 6, 7], lowAb, lowCd),
    merge(c, [0, 1, 4, 5], highAb, highCd),
    merge(d, [2, 3, 6, 7], highAb, highCd),
  ];
}

const FOUR = [0, 1, 2, 3];

/**
 * encodeTexts(groups, codesAt, digestsAt, messageAt, messageBytes): writes eight words of each of four rows'
 * messages from the digests of their categories. The 32 bytes before the first digest are for code -1.
 */
export function encodeTextsFunction(): WasmFunction {
  const [groups, codes, digests, message, messageBytes] = [0, 1, 2, 3, 4];
  const locals = new Locals(5);
  const rows = locals.some(V128, 4);
  const scratch = locals.some(V128, 4);
  const places = locals.some(I32, 4);
  const half = (offset: number): Code => [
    FOUR.map((r) => set(rows[r]!, v128.load(offset, get(places[r]!)))),
    transpose(rows, scratch),
    FOUR.map((w) => v128.store(wordAt(w) + offset * 4, get(message), get(rows[w]!))),
  ];
  const body = doWhile(
    lessOne(groups),
    FOUR.map((r) =>
      set(places[r]!, i32.add(get(digests), i32.shl(i32.load(4 * r, get(codes)), i32.const(5)))),
    ),
    half(0),
    half(16),
    increase(codes, i32.const(16)),
    set(message, i32.add(get(message), get(messageBytes))),
  );
  return {
    name: 'encodeTexts',
    parameters: [I32, I32, I32, I32, I32],
    results: [],
    locals: locals.types,
    body,
  };
}

/** Called with a bucket's number when the bucket's chunk is full, to give it another. */
export const BUCKET_HOOK: WasmSignature = { name: 'bucketFull', parameters: [I32], results: [] };

/**
 * collect(rows, labelsAt, most): puts the DIGESTS of `rows` rows whose first word is at most `most` into
 * their buckets, with the codes of their labels.
 */
export function collectFunction(hook: number): WasmFunction {
  const [rows, labels, most] = [0, 1, 2];
  const locals = new Locals(3);
  const [digest, bucket, out, first] = locals.some(I32, 4);
  const low = locals.some(V128, 4);
  const high = locals.some(V128, 4);
  const scratch = locals.some(V128, 4);
  const endsAt = i32.shl(get(bucket), i32.const(3));
  const put = (r: number): Code => [
    br_if(1, i32.eqz(get(rows))),
    set(rows, i32.sub(get(rows), i32.const(1))),
    set(first, i32x4.extract_lane(0, get(low[r]!))),
    if_(i32.eqz(i32.gt_u(get(first), get(most))), [
      set(bucket, i32.shr_u(get(first), i32.const(BUCKET_SHIFT))),
      set(out, i32.load(BUCKET_ENDS_AT, endsAt)),
      v128.store(0, get(out), get(low[r]!)),
      v128.store(16, get(out), get(high[r]!)),
      i32.store(32, get(out), i32.load(4 * r, get(labels))),
      i32.store(BUCKET_ENDS_AT, endsAt, tee(out, i32.add(get(out), i32.const(ROW_BYTES)))),
      if_(i32.eq(get(out), i32.load(BUCKET_ENDS_AT + 4, endsAt)), call(hook, get(bucket))),
    ]),
  ];
  const body: Code = [
    set(digest, i32.const(DIGESTS_AT)),
    block(
      doWhile(
        i32.const(1),
        FOUR.map((w) => set(low[w]!, v128.load(wordAt(w), get(digest)))),
        FOUR.map((w) => set(high[w]!, v128.load(wordAt(w + 4), get(digest)))),
        transpose(low, scratch),
        transpose(high, scratch),
        FOUR.map(put),
        increase(digest, i32.const(128)),
        increase(labels, i32.const(16)),
      ),
    ),
  ];
  return { name: 'collect', parameters: [I32, I32, I32], results: [], locals: locals.types, body };
}
