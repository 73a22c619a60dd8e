import { compiled, type WasmMemory, wasmEngine, wasmMemory } from '../wasm/engine.ts';
import {
  type Code,
  doWhile,
  f64,
  f64x2,
  get,
  I32,
  i32,
  increase,
  set,
  V128,
  v128,
} from '../wasm/instructions.ts';
import { MemoryPlan } from '../wasm/memory-plan.ts';
import { assemble, Locals, type WasmFunction } from '../wasm/module.ts';
import { LANES } from './lanes.ts';

interface LandmarkFunctions {
  squares(tiles: number, tilesEnd: number, tileBytes: number, point: number, out: number): void;
}

/** The tiles that one turn works on: their sums do not wait for each other. */
const TILES = 2;
const VECTORS = TILES * (LANES / 2);

/**
 * The squared distances of points to the landmarks of one model at a time, which are copied when they change.
 * Each distance is summed in the order of the coordinates, so its bits are those of a plain loop.
 */
export class LandmarkKernel {
  #tiles: Float64Array | undefined;
  #memory: WasmMemory | undefined;
  #functions: LandmarkFunctions | undefined;
  #places = { tilesAt: 0, pointAt: 0, outAt: 0 };
  #bytes = 0;
  #point = new Float64Array(0);
  #out = new Float64Array(0);

  /**
   * @param tiles as LandmarkScores has them
   * @returns one distance for each lane; valid until the next call; undefined when there is no memory
   */
  squares(tiles: Float64Array, point: Float64Array): Float64Array | undefined {
    if (this.#tiles !== tiles && !this.#take(tiles, point.length)) return undefined;
    this.#point.set(point);
    const { tilesAt, pointAt, outAt } = this.#places;
    const tileBytes = 8 * LANES * point.length;
    this.#functions!.squares(tilesAt, tilesAt + 8 * tiles.length, tileBytes, pointAt, outAt);
    return this.#out;
  }

  /** Copies tiles into the memory, into a new one if they need more. Returns whether there is one. */
  #take(tiles: Float64Array, dimension: number): boolean {
    const plan = new MemoryPlan();
    // An odd last tile is worked on together with what lies behind it.
    const tileCount = Math.ceil(tiles.length / (LANES * dimension) / TILES) * TILES;
    const places = {
      tilesAt: plan.reserve(8 * LANES * dimension * tileCount),
      pointAt: plan.reserve(8 * dimension),
      outAt: plan.reserve(8 * LANES * tileCount),
    };
    if (plan.bytes > this.#bytes) {
      const memory = wasmMemory(plan.bytes);
      if (!memory) return false;
      this.#memory = memory;
      this.#bytes = memory.buffer.byteLength;
      this.#functions = functionsOn(memory);
    }
    const { buffer } = this.#memory!;
    new Float64Array(buffer, places.tilesAt, tiles.length).set(tiles);
    this.#point = new Float64Array(buffer, places.pointAt, dimension);
    this.#out = new Float64Array(buffer, places.outAt, tiles.length / dimension);
    this.#places = places;
    this.#tiles = tiles;
    return true;
  }
}

function functionsOn(memory: WasmMemory): LandmarkFunctions {
  const module = compiled('landmarks', () => assemble([squaresFunction()]));
  return new wasmEngine.Instance<LandmarkFunctions>(module, { env: { memory } }).exports;
}

/**
 * squares(tiles, tilesEnd, tileBytes, point, out): writes to `out` the squared distance of the point to each
 * lane of the tiles, two tiles a turn. There must be a tile, and coordinates.
 */
function squaresFunction(): WasmFunction {
  const [tiles, tilesEnd, tileBytes, point, out] = [0, 1, 2, 3, 4];
  const locals = new Locals(5);
  const [at, end, second] = locals.some(I32, 3);
  const sums = Array.from({ length: VECTORS }, () => locals.one(V128));
  const [value, difference] = locals.some(V128, 2);
  const zero = v128.const(new Array<number>(16).fill(0));
  const addSquare = (sum: number, tile: number, offset: number): Code => [
    set(difference, f64x2.sub(get(value), v128.load(offset, get(tile)))),
    set(sum, f64x2.add(get(sum), f64x2.mul(get(difference), get(difference)))),
  ];
  const body: Code = doWhile(i32.lt_u(get(tiles), get(tilesEnd)), [
    sums.map((sum) => set(sum, zero)),
    set(second, i32.add(get(tiles), get(tileBytes))),
    set(end, get(second)),
    set(at, get(point)),
    doWhile(i32.lt_u(get(tiles), get(end)), [
      set(value, f64x2.splat(f64.load(0, get(at)))),
      addSquare(sums[0]!, tiles, 0),
      addSquare(sums[1]!, tiles, 16),
      addSquare(sums[2]!, second, 0),
      addSquare(sums[3]!, second, 16),
      increase(at, i32.const(8)),
      increase(tiles, i32.const(8 * LANES)),
      increase(second, i32.const(8 * LANES)),
    ]),
    set(tiles, get(second)),
    sums.map((sum, i) => v128.store(16 * i, get(out), get(sum))),
    increase(out, i32.const(16 * VECTORS)),
  ]);
  const parameters = [I32, I32, I32, I32, I32];
  return { name: 'squares', parameters, results: [], locals: locals.types, body };
}
