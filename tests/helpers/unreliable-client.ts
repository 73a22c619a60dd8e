import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';

/** What can befall a call. The last three befall bodies only. */
export const FAULTS = ['unsent', 'reply_lost', 'stalled', 'flipped', 'truncated', 'misdirected'] as const;
export type Fault = (typeof FAULTS)[number];

/** A fault that the SDK takes for one of the network, and tries again. */
class ConnectionBroke extends Error {
  readonly code = 'ECONNRESET';
}

/** How a service behaves towards the clients that are attached: chosen by a seeded generator, and counted. */
export class Unreliability {
  readonly #random: () => number;
  readonly #share: number;
  /** The bytes of another object than the one asked for. */
  readonly #otherBytes: () => Uint8Array;
  readonly counts: Partial<Record<Fault, number>> = {};
  /** Nothing arrives at all. */
  isDown = false;
  /** No faults any more. */
  isOver = false;

  /** @param share of the calls that something befalls, in [0, 1] */
  constructor(random: () => number, share: number, otherBytes: () => Uint8Array) {
    this.#random = random;
    this.#share = share;
    this.#otherBytes = otherBytes;
  }

  attach(client: S3Client | DynamoDBClient): void {
    // The stacks of both clients have the same shape; their types differ in inputs that are not looked into.
    (client as S3Client).middlewareStack.add(
      (next, context) => async (args) => {
        const fault = this.#draw(context.commandName === 'GetObjectCommand');
        if (fault === 'unsent') throw new ConnectionBroke('never arrived');
        if (fault === 'stalled') await sleep(this.#stallMs());
        const reply = await next(args);
        const output = reply.output as { Body?: Readable };
        if (fault === 'reply_lost') {
          output.Body?.destroy();
          throw new ConnectionBroke('the reply was lost');
        }
        if (output.Body && fault !== undefined && fault !== 'stalled')
          output.Body = await this.#spoilt(fault, output.Body);
        return reply;
      },
      { step: 'deserialize', name: 'unreliable', priority: 'high' },
    );
  }

  #draw(hasBody: boolean): Fault | undefined {
    if (this.isOver) return undefined;
    const isBefallen = this.#random() < this.#share;
    const faults = hasBody ? FAULTS : FAULTS.slice(0, 3);
    const chosen = faults[Math.floor(this.#random() * faults.length)]!;
    const fault = this.isDown ? 'unsent' : isBefallen ? chosen : undefined;
    if (fault !== undefined) this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    return fault;
  }

  /** Mostly short; now and then longer than anyone waits for a renewal. */
  #stallMs(): number {
    return this.#random() < 0.05 ? 1300 : 10 + this.#random() * 150;
  }

  async #spoilt(fault: Fault, body: Readable): Promise<Readable> {
    const whole = new Uint8Array(
      await (body as never as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray(),
    );
    const at = Math.floor(this.#random() * whole.length);
    if (fault === 'flipped') whole[at]! ^= 1 << Math.floor(this.#random() * 8);
    const bytes =
      fault === 'truncated' ? whole.subarray(0, at) : fault === 'misdirected' ? this.#otherBytes() : whole;
    return Object.assign(Readable.from([bytes]), { transformToByteArray: async () => bytes.slice() });
  }
}
