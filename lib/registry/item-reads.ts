import type {
  GetItemCommandInput,
  GetItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** One item of the registry table: its keys, and the attributes of its kind. */
export type Item = { readonly pk: string; readonly sk: string } & Readonly<Record<string, unknown>>;

/** Numbers in sort keys have this many digits, so that code-unit order is numeric order. */
const NUMBER_DIGITS = 12;

/** A sort key that ends in a number: `VERSION#000000000007`. */
export function numberedKey(prefix: string, number: number): string {
  return `${prefix}#${String(number).padStart(NUMBER_DIGITS, '0')}`;
}

/** DynamoDB's read operations, with any client. */
export interface ItemSource {
  getItem(input: GetItemCommandInput): Promise<Pick<GetItemCommandOutput, 'Item'>>;
  query(input: QueryCommandInput): Promise<Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>>;
}

/**
 * The reads of the registry table; RegistryTable adds the writes. Every read is consistent, but for those of
 * the index.
 */
export class RegistryReads {
  readonly #source: ItemSource;
  readonly #tableName: string;

  constructor(source: ItemSource, tableName: string) {
    this.#source = source;
    this.#tableName = tableName;
  }

  async get(pk: string, sk: string): Promise<Item | undefined> {
    const { Item: found } = await this.#source.getItem({
      TableName: this.#tableName,
      Key: marshall({ pk, sk }),
      ConsistentRead: true,
    });
    return found && (unmarshall(found) as Item);
  }

  /**
   * The items of one partition whose sort key begins with `prefix` (empty: all items), in key order, read
   * page by page.
   */
  async *list(
    pk: string,
    prefix: string,
    order: 'ascending' | 'descending' = 'ascending',
  ): AsyncGenerator<Item> {
    let startKey: Record<string, unknown> | undefined;
    do {
      const page = await this.#source.query({
        TableName: this.#tableName,
        // DynamoDB refuses an empty text for a key, even in begins_with.
        KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: marshall(prefix === '' ? { ':pk': pk } : { ':pk': pk, ':prefix': prefix }),
        ScanIndexForward: order === 'ascending',
        ConsistentRead: true,
        ...(startKey ? { ExclusiveStartKey: marshall(startKey) } : {}),
      });
      for (const found of page.Items ?? []) yield unmarshall(found) as Item;
      startKey = page.LastEvaluatedKey && unmarshall(page.LastEvaluatedKey);
    } while (startKey);
  }

  /** The item with the highest number below `prefix#`, or undefined when there is none. */
  async newest(pk: string, prefix: string): Promise<Item | undefined> {
    const [found] = await this.newestOf(pk, prefix, 1);
    return found;
  }

  /** The items with the highest numbers below `prefix#`, at most `limit`, the highest first. */
  async newestOf(pk: string, prefix: string, limit: number): Promise<Item[]> {
    const { Items = [] } = await this.#source.query({
      TableName: this.#tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: marshall({ ':pk': pk, ':prefix': `${prefix}#` }),
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
    });
    return Items.map((found) => unmarshall(found) as Item);
  }

  /**
   * The newest items of the index by time, newest first. An index has no consistent reads: this decides
   * nothing.
   */
  async newestByTime(timePk: string, limit: number): Promise<Item[]> {
    const { Items = [] } = await this.#source.query({
      TableName: this.#tableName,
      IndexName: 'by_time',
      KeyConditionExpression: 'time_pk = :pk',
      ExpressionAttributeValues: marshall({ ':pk': timePk }),
      ScanIndexForward: false,
      Limit: limit,
    });
    return Items.map((found) => unmarshall(found) as Item);
  }
}
