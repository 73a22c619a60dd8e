import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Item } from '../../lib/registry/item-reads.ts';
import { type PutOutcome, RegistryTable } from '../../lib/registry/table.ts';

/** Mechanisms of the registry that a test can disable, to see that it notices. */
export const SABOTAGES = [
  'condition',
  'fingerprint',
  'retire-rule',
  'alias-rule',
  'ordering-rule',
  'read-back',
  'tombstone',
  'claim',
] as const;

export type RegistrySabotage = (typeof SABOTAGES)[number];

/** The product's table without one of its mechanisms. */
export class SabotagedTable extends RegistryTable {
  readonly #sabotage: RegistrySabotage | undefined;

  constructor(client: DynamoDBClient, tableName: string, sabotage: RegistrySabotage | undefined) {
    super(client, tableName);
    this.#sabotage = sabotage;
  }

  override async putIfAbsent(item: Item): Promise<PutOutcome> {
    // Each attempt gets a fingerprint that no other attempt has.
    if (this.#sabotage === 'fingerprint' && item.sk.startsWith('VERSION#')) {
      const differing = `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
      return await super.putIfAbsent({ ...item, fingerprint: differing });
    }
    return await super.putIfAbsent(item);
  }

  override async *list(
    pk: string,
    prefix: string,
    order: 'ascending' | 'descending' = 'ascending',
  ): AsyncGenerator<Item> {
    if (this.#sabotage === 'tombstone' && prefix.endsWith('#TOMBSTONE#')) return;
    if (this.#sabotage === 'claim' && prefix.endsWith('#CLAIM#')) return;
    for await (const item of super.list(pk, prefix, order)) yield this.#seen(item);
  }

  /** The part of a decision that the rules see. */
  #seen(item: Item): Item {
    if (!item.sk.startsWith('DECISION#')) return item;
    if (this.#sabotage === 'retire-rule' && item.action === 'retire') return { ...item, from: null };
    if (this.#sabotage === 'alias-rule') return { ...item, alias: undefined };
    if (this.#sabotage === 'ordering-rule') return { ...item, high_water: null };
    return item;
  }
}

/** Disables a mechanism below the table's methods. */
export function sabotageClient(client: DynamoDBClient | S3Client, what: RegistrySabotage | undefined): void {
  if (what !== 'condition' && what !== 'read-back') return;
  (client as DynamoDBClient).middlewareStack.add(
    (next, context) => async (args) => {
      const command = String(context.commandName);
      const input = args.input as { ConditionExpression?: string };
      if (what === 'condition' && command === 'PutItemCommand') delete input.ConditionExpression;
      const result = await next(args);
      const { Item: found } = result.output as { Item?: Record<string, unknown> };
      if (what === 'read-back' && command === 'GetItemCommand' && found?.write_id)
        found.write_id = { S: 'of nobody' };
      return result;
    },
    { step: 'initialize', name: 'registrySabotage' },
  );
}
