/**
 * Plans the layout of a memory, from its beginning or a given place, before it is allocated. So it never
 * grows, and no view of it becomes invalid.
 */
export class MemoryPlan {
  #end: number;

  constructor(end = 0) {
    this.#end = end;
  }

  /** Reserves bytes that begin at a multiple of 64. Untouched memory takes address space only. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.#end / 64) * 64;
    this.#end = at + bytes;
    return at;
  }

  get bytes(): number {
    return this.#end;
  }
}
