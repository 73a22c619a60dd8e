import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceResponse, Transport } from '../../lib/aws/signed-service.ts';

/** The faults of a call. The last three affect bodies only. */
export const FAULTS = ['unsent', 'reply_lost', 'stalled', 'flipped', 'truncated', 'misdirected'] as const;
export type Fault = (typeof FAULTS)[number];

/** A fault that clients treat as a network fault and retry. */
class ConnectionBroke extends Error {
  readonly code = 'ECONNRESET';
}

/** The faults of services, chosen by a seeded generator and counted. */
export class Unreliability {
  readonly #random: () => number;
  readonly #share: number;
  /** The bytes of another object than the requested one. */
  readonly #otherBytes: () => Uint8Array;
  readonly counts: Partial<Record<Fault, number>> = {};
  /** No call arrives at all. */
  isDown = false;
  /** No more faults. */
  isOver = false;

  /** @param share of the calls that get a fault, in [0, 1] */
  constructor(random: () => number, share: number, otherBytes: () => Uint8Array) {
    this.#random = random;
    this.#share = share;
    this.#otherBytes = otherBytes;
  }

  over(inner: Transport): Transport {
    return {
      handle: async (request) => {
        const isObject = request.method === 'GET';
        const fault = this.#draw(isObject);
        if (fault === 'unsent') throw new ConnectionBroke('never arrived');
        if (fault === 'stalled') await sleep(this.#stallMs());
        const { response } = await inner.handle(request);
        if (fault === 'reply_lost') {
          response.body.destroy();
          throw new ConnectionBroke('the reply was lost');
        }
        const isDamaged =
          isObject && response.statusCode === 200 && fault !== undefined && fault !== 'stalled';
        return { response: isDamaged ? await this.#damaged(fault, response) : response };
      },
    };
  }

  #draw(hasBody: boolean): Fault | undefined {
    if (this.isOver) return undefined;
    const hasFault = this.#random() < this.#share;
    const faults = hasBody ? FAULTS : FAULTS.slice(0, 3);
    const chosen = faults[Math.floor(this.#random() * faults.length)]!;
    const fault = this.isDown ? 'unsent' : hasFault ? chosen : undefined;
    if (fault !== undefined) this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    return fault;
  }

  /** Usually short; now and then longer than any renewal may take. */
  #stallMs(): number {
    return this.#random() < 0.05 ? 1300 : 10 + this.#random() * 150;
  }

  async #damaged(fault: Fault, response: ServiceResponse): Promise<ServiceResponse> {
    const whole = new Uint8Array(await buffer(response.body));
    const at = Math.floor(this.#random() * whole.length);
    if (fault === 'flipped') whole[at]! ^= 1 << Math.floor(this.#random() * 8);
    const bytes =
      fault === 'truncated' ? whole.subarray(0, at) : fault === 'misdirected' ? this.#otherBytes() : whole;
    // Only a truncated body has another length than announced.
    const length = fault === 'truncated' ? whole.length : bytes.length;
    const headers = { ...response.headers, 'content-length': String(length) };
    return { ...response, headers, body: Readable.from([bytes]) };
  }
}
