/** Lays memory out, from its beginning or a given place, before there is any: no view of it has to survive its growth. */
export class MemoryPlan {
  #end: number;

  constructor(end = 0) {
    this.#end = end;
  }

  /** Reserves bytes from a multiple of 64 on. What is never touched takes address space only. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.#end / 64) * 64;
    this.#end = at + bytes;
    return at;
  }

  get bytes(): number {
    return this.#end;
  }
}
