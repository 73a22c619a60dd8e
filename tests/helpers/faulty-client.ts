import type { Readable } from 'node:stream';
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { byCodeUnits } from '../../lib/code-units.ts';
import { sha256 } from '../../lib/sha256.ts';

/**
 * The fate of one call. It passes; it never arrives; it is applied but its reply is lost; or the invocation
 * dies during it: before it arrived, after it was applied, or while it is on its way, to be applied at any
 * later time.
 */
export type Fate =
  | 'pass'
  | 'unsent'
  | 'reply_lost'
  | 'dies_before'
  | 'dies_after'
  | 'dies_with_call_on_its_way';

/** Mechanisms of the product that a test can disable, to see that it notices. */
export const SABOTAGES = [
  'manifest_check',
  'rank_condition',
  'if_none_match',
  'frozen_basis',
  'frozen_contract',
  'detail_removal',
] as const;

export type Sabotage = (typeof SABOTAGES)[number];

/** The connection broke, or the invocation is dead. */
export class NetworkFault extends Error {}

/** A number in [0, 1) that depends only on the parts: the same schedule always draws the same numbers. */
export function drawn(...parts: readonly (string | number)[]): number {
  return sha256(parts.join('\n')).readUInt32BE(0) / 2 ** 32;
}

/** A call, or the beginning of an attempt, that waits until the schedule releases it. */
interface Held {
  readonly actor: Actor | undefined;
  /** The invocation of the call; none for the beginning of an attempt. */
  readonly invocation?: Invocation;
  readonly name: string;
  readonly go: () => Promise<void>;
}

/** An activity that runs beside others, in attempts. It takes one step whenever the schedule chooses it. */
export interface Actor {
  readonly name: string;
  isFinished: boolean;
  isInProgress: boolean;
}

/** One invocation of a function. Once it is dead, all its calls fail. */
export class Invocation {
  readonly name: string;
  readonly actor: Actor;
  /** The number of the schedule's steps when it began. */
  readonly beganAt: number;
  isDead = false;
  readonly #calls = new Map<string, number>();
  readonly #died = Promise.withResolvers<never>();

  constructor(name: string, actor: Actor, beganAt: number) {
    this.name = name;
    this.actor = actor;
    this.beganAt = beganAt;
    this.#died.promise.catch(() => undefined);
  }

  /** Rejects when the invocation dies. */
  get death(): Promise<never> {
    return this.#died.promise;
  }

  die(): void {
    this.isDead = true;
    this.#died.reject(new NetworkFault(`${this.name} died`));
  }

  /**
   * Names a call by its operation and by how often it was made. Ids differ between runs, so names do not
   * contain them.
   */
  nameCall(command: string, target: string): string {
    const what = `${command} ${target.replaceAll(/[0-9a-f]{64}/g, '<id>')}`;
    const nth = (this.#calls.get(what) ?? 0) + 1;
    this.#calls.set(what, nth);
    return `${this.name} ${what} (${nth})`;
  }
}

/** The fate that a seed draws for a call. Reads can only fail; half the faults of writes are deaths. */
export function fateOf(seed: number, share: number, call: string, isRead: boolean): Fate {
  if (drawn(seed, 'faulty', call) >= share) return 'pass';
  const fates: readonly Fate[] = isRead
    ? ['unsent', 'dies_before', 'reply_lost']
    : ['unsent', 'reply_lost', 'reply_lost', 'dies_before', 'dies_after', 'dies_with_call_on_its_way'];
  return fates[Math.floor(drawn(seed, 'fate', call) * fates.length)]!;
}

/** The SDK's own retries without its delays. A dead invocation retries nothing. */
export function immediateRetries(
  retries: number,
  invocation: Invocation,
): NonNullable<DynamoDBClientConfig['retryStrategy']> {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (used: { getRetryCount(): number }, { error }: { error?: unknown }) => {
      const count = used.getRetryCount() + 1;
      if (count > retries || invocation.isDead || !(error instanceof NetworkFault)) throw error;
      return token(count);
    },
    recordSuccess: () => undefined,
  };
}

/** The errors of which an error consists. */
export function faultsIn(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(faultsIn) : [error];
}

const READS = /^(Get|Head|List|Query|Scan)/;

/** A write that a server accepted. */
export interface AppliedWrite {
  readonly command: string;
  readonly target: string;
  readonly input: Input;
  readonly invocation: Invocation;
}

type Send = () => Promise<unknown>;
type Input = Readonly<Record<string, unknown>>;

/**
 * Stands between clients and servers. Every call waits here until the seeded schedule releases it, one at a
 * time. So all orders of calls can happen, and the same seed gives the same order.
 */
export class FaultyNetwork {
  readonly #seed: number;
  readonly #fateOf: (call: string, isRead: boolean) => Fate;
  readonly #sabotage: (client: S3Client | DynamoDBClient) => void;
  readonly #onApplied: (write: AppliedWrite) => void | Promise<void>;
  /** Steps taken so far. */
  step = 0;
  #held: Held[] = [];
  #wake: () => void = () => undefined;
  /** The events in order. A failed test prints them. */
  readonly log: string[] = [];
  /** How many calls had each fate. */
  readonly fates: Partial<Record<Fate, number>> = {};

  constructor(options: {
    seed: number;
    fateOf(call: string, isRead: boolean): Fate;
    /** Called after each write that a server accepted, before anything else happens. */
    onApplied(write: AppliedWrite): void | Promise<void>;
    /** Disables a mechanism in everything that a client does. */
    sabotage?(client: S3Client | DynamoDBClient): void;
  }) {
    this.#seed = options.seed;
    this.#fateOf = options.fateOf;
    this.#sabotage = options.sabotage ?? (() => undefined);
    this.#onApplied = options.onApplied;
  }

  /**
   * Sends all calls of a client through this network, for one invocation: but for the counts of attempts,
   * which liveness-world.ts tests.
   */
  attach(client: S3Client | DynamoDBClient, invocation: Invocation): void {
    this.#sabotage(client);
    stackOf(client).add(
      (next, context) => (args) => {
        const input = args.input as Input;
        if (targetOf(input).includes(' ATTEMPTS#')) return next(args);
        return this.call(invocation, String(context.commandName), input, () => next(args)) as ReturnType<
          typeof next
        >;
      },
      { step: 'deserialize', name: 'faultyNetwork', priority: 'high' },
    );
  }

  /** Waits until the schedule lets an actor begin an attempt. */
  begin(actor: Actor, name: string): Promise<void> {
    return new Promise((resolve) => {
      this.#hold({ actor, name, go: async () => resolve() });
    });
  }

  /** Call it when an actor will take no further step. */
  finished(actor: Actor): void {
    actor.isFinished = true;
    this.#wake();
  }

  /**
   * Runs the actors, at most `concurrency` at a time, until all are finished and calls on their way have
   * arrived.
   */
  async run(actors: readonly Actor[], concurrency: number): Promise<void> {
    for (; ; this.step++) {
      await this.#quiet(actors);
      const inProgress = actors.filter((actor) => actor.isInProgress).length;
      const ready = this.#held.filter(
        ({ actor }) => !actor || actor.isInProgress || inProgress < concurrency,
      );
      if (ready.length === 0) return;
      ready.sort((a, b) => byCodeUnits(a.name, b.name));
      const chosen = ready[Math.floor(drawn(this.#seed, 'step', this.step) * ready.length)]!;
      this.#held = this.#held.filter((other) => other !== chosen);
      await chosen.go();
    }
  }

  /**
   * Waits until every actor waits for the schedule: then the choice does not depend on the speed of the
   * machine.
   */
  async #quiet(actors: readonly Actor[]): Promise<void> {
    for (;;) {
      // An actor may make two calls at once, the second a few turns of the event loop after the first.
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      const isBusy = (actor: Actor) => !actor.isFinished && !this.#held.some((held) => held.actor === actor);
      if (!actors.some(isBusy)) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #hold(held: Held): void {
    this.#held.push(held);
    this.#wake();
  }

  /** Sends one call through this network. */
  call(invocation: Invocation, command: string, input: Input, send: Send): Promise<unknown> {
    const target = targetOf(input);
    const name = invocation.nameCall(command, target);
    if (invocation.isDead) return Promise.reject(new NetworkFault(`${name}: the invocation is dead`));
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new NetworkFault(`${name}: ${why}`));
      const apply = async () => {
        const reply = await send();
        if (!READS.test(command)) await this.#onApplied({ command, target, input, invocation });
        return reply;
      };
      const go = async () => {
        // Another call ended the invocation while this one was on its way. It arrives, and nobody receives
        // the reply.
        if (invocation.isDead) return this.#applyUnheard(name, apply, READS.test(command));
        const fate = this.#fateOf(name, READS.test(command));
        this.fates[fate] = (this.fates[fate] ?? 0) + 1;
        this.log.push(`${fate.padEnd(10)} ${name}`);
        if (fate === 'unsent') return fail('never arrived');
        if (fate === 'dies_before' || fate === 'dies_with_call_on_its_way') {
          if (fate === 'dies_with_call_on_its_way') {
            const late = () => this.#applyUnheard(name, apply, READS.test(command));
            this.#hold({ actor: undefined, name: `late ${name}`, go: late });
          }
          this.end(invocation);
          return fail('the invocation died');
        }
        const outcome = await settled(apply());
        if (fate === 'pass') {
          if (outcome.kind === 'reply') resolve(outcome.reply);
          else reject(outcome.error);
          return;
        }
        discard(outcome);
        if (fate === 'dies_after') this.end(invocation);
        fail('the reply was lost');
      };
      this.#hold({ actor: invocation.actor, invocation, name, go });
    });
  }

  async #applyUnheard(name: string, apply: Send, isRead: boolean): Promise<void> {
    this.log.push(`unheard    ${name}`);
    if (!isRead) discard(await settled(apply()));
  }

  /** Call it when an invocation died or failed. Its calls on their way still arrive. */
  end(invocation: Invocation): void {
    this.#held = this.#held.map((held) =>
      held.invocation === invocation ? { ...held, actor: undefined, name: `late ${held.name}` } : held,
    );
    invocation.die();
  }
}

type Outcome =
  | { readonly kind: 'reply'; readonly reply: unknown }
  | { readonly kind: 'error'; readonly error: unknown };

function settled(sent: Promise<unknown>): Promise<Outcome> {
  return sent.then(
    (reply) => ({ kind: 'reply', reply }) as const,
    (error: unknown) => ({ kind: 'error', error }) as const,
  );
}

/** Frees the connection of a reply that nobody will read. */
function discard(outcome: Outcome): void {
  if (outcome.kind === 'error') return;
  const { output } = outcome.reply as { output?: { Body?: Readable } };
  output?.Body?.destroy?.();
}

/** The object's key, or the item's key. */
function targetOf(input: Input): string {
  if (typeof input.Key === 'string') return input.Key;
  const { pk, sk } = (input.Key ?? input.Item ?? {}) as { pk?: { S: string }; sk?: { S: string } };
  if (pk && sk) return `${pk.S} ${sk.S}`;
  return JSON.stringify(input.ExpressionAttributeValues ?? input.Prefix ?? '');
}

/**
 * The middleware stacks of both clients have the same shape. Their types differ in inputs that are not used
 * here.
 */
const stackOf = (client: S3Client | DynamoDBClient) => (client as S3Client).middlewareStack;

/** Disables a mechanism in everything that a client does. */
export function sabotageClient(client: S3Client | DynamoDBClient, what: Sabotage | undefined): void {
  if (what === undefined) return;
  stackOf(client).add(
    (next, context) => async (args) => {
      const command = String(context.commandName);
      sabotageInput(what, command, args.input as Record<string, unknown>);
      return await next(args);
    },
    { step: 'initialize', name: 'sabotage' },
  );
}

/** Changes the input of a call, or answers in place of the server. */
function sabotageInput(what: Sabotage, command: string, input: Record<string, unknown>): void {
  const names = input.ExpressionAttributeNames as Record<string, string> | undefined;
  if (what === 'rank_condition' && names?.['#rank'] !== undefined) {
    delete input.ConditionExpression;
    input.ExpressionAttributeNames = without(input.ExpressionAttributeNames, '#rank');
    input.ExpressionAttributeValues = without(input.ExpressionAttributeValues, ':rank');
  }
  if (what === 'detail_removal' && names?.['#a0'] !== undefined) {
    input.UpdateExpression = String(input.UpdateExpression).replace(/ REMOVE .*$/, '');
    input.ExpressionAttributeNames = without(input.ExpressionAttributeNames, '#a0');
  }
  // Overwrites what was frozen: each delivery then uses what it finds itself.
  const frozen = what === 'frozen_basis' ? 'basis' : what === 'frozen_contract' ? 'contract' : undefined;
  if (frozen !== undefined && command === 'UpdateItemCommand' && names?.['#name'] === frozen)
    input.UpdateExpression = String(input.UpdateExpression).replace('if_not_exists(#name, :value)', ':value');
  if (what === 'if_none_match') delete input.IfNoneMatch;
  const isRead = command === 'GetObjectCommand' && /\/(manifest|report)\.json$/.test(String(input.Key));
  if (what === 'manifest_check' && isRead)
    throw new NoSuchKey({ message: 'hidden by the test', $metadata: { httpStatusCode: 404 } });
}

function without(values: unknown, name: string): unknown {
  const { [name]: _, ...rest } = values as Record<string, unknown>;
  return rest;
}
