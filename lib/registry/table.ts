import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Item, type ItemSource, RegistryReads } from './item-reads.ts';
import { checkItemSize, MAX_ITEM_BYTES } from './item-size.ts';

/**
 * The result of a conditional put: this call has `written` the item, or another item was already `present`.
 */
export type PutOutcome = { readonly kind: 'written' } | { readonly kind: 'present'; readonly item: Item };

/** Some items in order, and whether more follow. */
export interface TablePage {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** A text that is added to a set of texts. */
export interface SetChange {
  /** The attribute that is the set. */
  readonly set: string;
  readonly member: string;
  readonly max?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const HAS_ROOM = 'attribute_not_exists(#set) OR contains(#set, :member) OR size(#set) < :max';

/** The keys of an item in the index by time. */
export type TimeKey = Readonly<Record<'pk' | 'sk' | 'time_pk' | 'time_sk', string>>;

/**
 * What one update may write. No item is made by more than four updates of different attributes, so that none
 * exceeds the bound of an item.
 */
const MAX_UPDATE_BYTES = MAX_ITEM_BYTES / 4;

/**
 * The registry's DynamoDB table (string keys `pk` and `sk`, index `by_time` on `time_pk` and `time_sk`) with
 * the few operations that the registry needs. Each operation touches a single item, and every read that a
 * decision depends on is consistent. Every write holds the item below MAX_ITEM_BYTES.
 */
export class RegistryTable extends RegistryReads {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    const source: ItemSource = {
      getItem: (input) => client.send(new GetItemCommand(input)),
      query: (input) => client.send(new QueryCommand(input)),
    };
    super(source, tableName);
    this.#client = client;
    this.#tableName = tableName;
  }

  /**
   * Puts an item unless its key is taken. Each put carries its own write id. When the condition fails, or
   * when a reply was lost and the SDK sent the put again, the item is read. If it has this write id, this put
   * wrote it.
   */
  async putIfAbsent(item: Item): Promise<PutOutcome> {
    const writeId = randomUUID();
    const written = marshall({ ...item, write_id: writeId }, { removeUndefinedValues: true });
    checkItemSize(item, written);
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#tableName,
          Item: written,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return { kind: 'written' };
    } catch (error) {
      const present = await this.#readBack(item, error);
      return present.write_id === writeId ? { kind: 'written' } : { kind: 'present', item: present };
    }
  }

  /** The item at the key after a failed put. Throws the put's error when there is no item. */
  async #readBack(item: Item, putError: unknown): Promise<Item> {
    const present = await this.get(item.pk, item.sk);
    if (present) return present;
    throw putError;
  }

  /**
   * Moves an item forward: sets `attributes` when the item does not exist or its `rank` is lower than the new
   * one. An attribute that is undefined is removed; an attribute that is not given stays.
   *
   * @param maxBytes what the attributes may take together
   * @returns false when the item has the same or a higher rank: then nothing changes
   */
  async advance(
    pk: string,
    sk: string,
    rank: number,
    attributes: Readonly<Record<string, unknown>>,
    maxBytes = MAX_UPDATE_BYTES,
  ): Promise<boolean> {
    const given = Object.entries({ ...attributes, rank });
    const fields = given.filter(([, value]) => value !== undefined);
    const absent = given.filter(([, value]) => value === undefined).map(([name]) => name);
    const values = marshall(
      { ':rank': rank, ...Object.fromEntries(fields.map(([, value], i) => [`:v${i}`, value])) },
      { removeUndefinedValues: true },
    );
    checkItemSize({ pk, sk }, values, maxBytes);
    const removal = absent.length > 0 ? ` REMOVE ${absent.map((_, i) => `#a${i}`).join(', ')}` : '';
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: marshall({ pk, sk }),
          UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = :v${i}`).join(', ')}${removal}`,
          ConditionExpression: 'attribute_not_exists(#rank) OR #rank < :rank',
          ExpressionAttributeNames: {
            '#rank': 'rank',
            ...Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
            ...Object.fromEntries(absent.map((name, i) => [`#a${i}`, name])),
          },
          ExpressionAttributeValues: values,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /**
   * Sets one attribute unless it exists.
   *
   * @returns the attribute's value after the call
   */
  async setOnce(pk: string, sk: string, name: string, value: unknown): Promise<unknown> {
    const values = marshall({ ':value': value }, { removeUndefinedValues: true });
    checkItemSize({ pk, sk }, values, MAX_UPDATE_BYTES);
    const { Attributes } = await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#tableName,
        Key: marshall({ pk, sk }),
        UpdateExpression: 'SET #name = if_not_exists(#name, :value)',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: values,
        ReturnValues: 'ALL_NEW',
      }),
    );
    return unmarshall(Attributes!)[name];
  }

  /** Sets one attribute of an item that exists. Does nothing when it does not. */
  async setIfPresent(pk: string, sk: string, name: string, value: unknown): Promise<void> {
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: marshall({ pk, sk }),
          UpdateExpression: 'SET #name = :value',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: marshall({ ':value': value }),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /** Deletes an item, if it is there. Only notices are ever deleted: see notices.ts. */
  async remove(pk: string, sk: string): Promise<void> {
    await this.#client.send(new DeleteItemCommand({ TableName: this.#tableName, Key: marshall({ pk, sk }) }));
  }

  /**
   * Adds a text to a set of an item, and sets `attributes`. Adding the same text again changes nothing, so
   * that a write can be repeated.
   *
   * @param change.max adds nothing when the set has so many other texts
   * @returns the item after the call; undefined when nothing was added
   */
  async addMember(
    pk: string,
    sk: string,
    { set, member, max, attributes = {} }: SetChange,
  ): Promise<Item | undefined> {
    const fields = Object.entries(attributes);
    const setting = fields.length > 0 ? ` SET ${fields.map((_, i) => `#f${i} = :v${i}`).join(', ')}` : '';
    const values = marshall({
      ':members': new Set([member]),
      ...(max === undefined ? {} : { ':member': member, ':max': max }),
      ...Object.fromEntries(fields.map(([, value], i) => [`:v${i}`, value])),
    });
    checkItemSize({ pk, sk }, values, MAX_UPDATE_BYTES);
    try {
      const { Attributes } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: marshall({ pk, sk }),
          UpdateExpression: `ADD #set :members${setting}`,
          ...(max === undefined ? {} : { ConditionExpression: HAS_ROOM }),
          ExpressionAttributeNames: {
            '#set': set,
            ...Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
          },
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return unmarshall(Attributes!) as Item;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  /**
   * One page of items whose sort key begins with `prefix`, for people who read page by page.
   *
   * @param options.after the sort key of the last item of the previous page
   */
  async page(
    pk: string,
    prefix: string,
    options: {
      readonly limit: number;
      readonly order: 'ascending' | 'descending';
      readonly after?: string | undefined;
    },
  ): Promise<TablePage> {
    const { after } = options;
    return await this.#page(
      'pk',
      'sk',
      pk,
      prefix,
      options,
      after === undefined ? undefined : { pk, sk: after },
    );
  }

  /**
   * One page of the index by time, newest first.
   *
   * @param options.after the last item of the previous page
   */
  async pageByTime(
    timePk: string,
    options: { readonly limit: number; readonly after?: TimeKey | undefined },
  ): Promise<TablePage> {
    return await this.#page(
      'time_pk',
      'time_sk',
      timePk,
      '',
      { ...options, order: 'descending' },
      options.after,
    );
  }

  async #page(
    pkName: 'pk' | 'time_pk',
    skName: 'sk' | 'time_sk',
    pk: string,
    prefix: string,
    { limit, order }: { readonly limit: number; readonly order: 'ascending' | 'descending' },
    startKey: Readonly<Record<string, string>> | undefined,
  ): Promise<TablePage> {
    const items: Item[] = [];
    let after = startKey;
    // Asks for one item more than the page holds: after a full page DynamoDB says that more may follow, even
    // when nothing does.
    do {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#tableName,
          KeyConditionExpression: prefix === '' ? '#pk = :pk' : '#pk = :pk AND begins_with(#sk, :prefix)',
          ExpressionAttributeNames: prefix === '' ? { '#pk': pkName } : { '#pk': pkName, '#sk': skName },
          ExpressionAttributeValues: marshall(
            prefix === '' ? { ':pk': pk } : { ':pk': pk, ':prefix': prefix },
          ),
          ScanIndexForward: order === 'ascending',
          Limit: limit + 1 - items.length,
          // DynamoDB does not offer consistent reads of an index.
          ...(pkName === 'pk' ? { ConsistentRead: true } : { IndexName: 'by_time' }),
          ...(after ? { ExclusiveStartKey: marshall(after) } : {}),
        }),
      );
      for (const found of Items) items.push(unmarshall(found) as Item);
      after = LastEvaluatedKey && unmarshall(LastEvaluatedKey);
    } while (after && items.length <= limit);
    return { items: items.slice(0, limit), hasMore: items.length > limit };
  }
}
