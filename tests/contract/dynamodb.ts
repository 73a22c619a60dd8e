import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryTableDefinition } from '../../lib/local/dynamodb.ts';
import { type Item, numberedKey, type RegistryReads } from '../../lib/registry/item-reads.ts';
import { signedRegistry } from '../../lib/registry/signed-items.ts';
import { RegistryTable } from '../../lib/registry/table.ts';

/**
 * DynamoDB as the registry uses it: single-item conditional writes, consistent reads, queries by key and by
 * time.
 */
export function describeDynamoDbContract(getEndpoint: () => string): void {
  describe('DynamoDB', () => {
    const TableName = `registry-${randomUUID()}`;
    let client: DynamoDBClient;

    beforeAll(async () => {
      client = new DynamoDBClient({ endpoint: getEndpoint() });
      await client.send(new CreateTableCommand(registryTableDefinition(TableName)));
      await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName });
    });
    afterAll(async () => {
      await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    });

    const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
    const putIfAbsent = (pk: string, sk: string, value: string) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { ...key(pk, sk), value: { S: value } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    const get = async (pk: string, sk: string) =>
      (await client.send(new GetItemCommand({ TableName, Key: key(pk, sk), ConsistentRead: true }))).Item;

    it('puts an item if it is absent, and refuses a second put without any effect', async () => {
      await putIfAbsent('a', '1', 'first');
      await expect(putIfAbsent('a', '1', 'second')).rejects.toBeInstanceOf(ConditionalCheckFailedException);
      expect((await get('a', '1'))?.value).toEqual({ S: 'first' });
    });

    it('lets exactly one of twenty concurrent puts win', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => putIfAbsent('race', '1', String(i))),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('gives signed requests the same items as the SDK, page by page', async () => {
      const table = new RegistryTable(client, TableName);
      const signed = signedRegistry({ ...process.env, AWS_ENDPOINT_URL: getEndpoint() }, TableName);
      // More than one page, which holds a megabyte.
      for (let number = 1; number <= 24; number++) {
        const detail = {
          text: `"é\u0000\u{1f40e}"`,
          nothing: null,
          list: [1, -0.5, 1e-7],
          filling: 'x'.repeat(60_000),
        };
        await table.putIfAbsent({ pk: 'paged', sk: numberedKey('P', number), number, detail });
      }
      const list = async (reads: RegistryReads) => {
        const items: Item[] = [];
        for await (const item of reads.list('paged', 'P#', 'descending')) items.push(item);
        return items;
      };
      const found = await list(signed);
      expect(found.map(({ number }) => number)).toEqual(Array.from({ length: 24 }, (_, i) => 24 - i));
      expect(found).toEqual(await list(table));
      expect(await signed.newest('paged', 'P')).toEqual(found[0]);
      expect(await signed.get('paged', numberedKey('P', 7))).toEqual(found[17]);
      expect(await signed.get('paged', 'never')).toBeUndefined();
      const nowhere = signedRegistry({ ...process.env, AWS_ENDPOINT_URL: getEndpoint() }, `no-${TableName}`);
      await expect(nowhere.get('a', 'b')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    it('returns nothing for a key that was never put', async () => {
      expect(await get('nobody', '1')).toBeUndefined();
    });

    it('queries a partition by prefix, in code-unit order, both ways, with a limit', async () => {
      for (const sk of ['V#000000000010', 'V#000000000009', 'V#000000000001', 'W#1'])
        await putIfAbsent('q', sk, sk);
      const query = async (forward: boolean, limit?: number) => {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
            ExpressionAttributeValues: { ':pk': { S: 'q' }, ':prefix': { S: 'V#' } },
            ScanIndexForward: forward,
            ConsistentRead: true,
            ...(limit === undefined ? {} : { Limit: limit }),
          }),
        );
        return Items.map(({ sk }) => sk?.S);
      };
      expect(await query(true)).toEqual(['V#000000000001', 'V#000000000009', 'V#000000000010']);
      expect(await query(false, 1)).toEqual(['V#000000000010']);
    });

    it('pages through a partition of more than 1 MB', async () => {
      const filler = 'x'.repeat(300_000);
      for (let i = 0; i < 5; i++) await putIfAbsent('large', `I#${i}`, filler);
      const seen: string[] = [];
      let pages = 0;
      let startKey: Record<string, { S: string }> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: 'large' } },
            ...(startKey ? { ExclusiveStartKey: startKey } : {}),
          }),
        );
        seen.push(...(page.Items ?? []).map(({ sk }) => sk!.S!));
        startKey = page.LastEvaluatedKey as typeof startKey;
        pages += 1;
      } while (startKey);
      expect(seen).toEqual(['I#0', 'I#1', 'I#2', 'I#3', 'I#4']);
      expect(pages).toBeGreaterThan(1);
    });

    it('updates under a condition on a number, and creates an absent item', async () => {
      const advance = (rank: number) =>
        client.send(
          new UpdateItemCommand({
            TableName,
            Key: key('u', '1'),
            UpdateExpression: 'SET #rank = :rank, #status = :status',
            ConditionExpression: 'attribute_not_exists(#rank) OR #rank < :rank',
            ExpressionAttributeNames: { '#rank': 'rank', '#status': 'status' },
            ExpressionAttributeValues: { ':rank': { N: String(rank) }, ':status': { S: `s${rank}` } },
          }),
        );
      await advance(1);
      await advance(10);
      await expect(advance(9)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
      expect((await get('u', '1'))?.status).toEqual({ S: 's10' });
    });

    it('lists by time through the index, newest first', async () => {
      for (const [sk, time] of [
        ['x', '2026-01-02T00:00:00.000Z'],
        ['y', '2026-01-03T00:00:00.000Z'],
        ['z', '2026-01-01T00:00:00.000Z'],
      ] as const) {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: { ...key('t', sk), time_pk: { S: 'UPLOADS#t' }, time_sk: { S: time } },
          }),
        );
      }
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'by_time',
          KeyConditionExpression: 'time_pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'UPLOADS#t' } },
          ScanIndexForward: false,
        }),
      );
      expect(Items.map(({ sk }) => sk?.S)).toEqual(['y', 'x', 'z']);
    });

    it('refuses an item of more than 400 KB in UTF-8, whether it is put or updated', async () => {
      // A third of the bytes in characters.
      const text = { S: '中'.repeat(137_000) };
      const refusal = { name: 'ValidationException', message: expect.stringContaining('tem size') };
      const Item = { ...key('size', '1'), text };
      await expect(client.send(new PutItemCommand({ TableName, Item }))).rejects.toMatchObject(refusal);
      const half = { S: '中'.repeat(70_000) };
      const set = (name: string) =>
        client.send(
          new UpdateItemCommand({
            TableName,
            Key: key('size', '2'),
            UpdateExpression: 'SET #name = :text',
            ExpressionAttributeNames: { '#name': name },
            ExpressionAttributeValues: { ':text': half },
          }),
        );
      await set('first');
      await expect(set('second')).rejects.toMatchObject(refusal);
      expect(Object.keys((await get('size', '2')) ?? {}).sort()).toEqual(['first', 'pk', 'sk']);
    });

    it('keeps numbers exactly, and lists and maps unchanged', async () => {
      const item = {
        ...key('n', '1'),
        number: { N: '0.1234567890123456' },
        list: { L: [{ N: '1' }, { NULL: true }, { BOOL: false }] },
        map: { M: { '__proto__.x': { S: 'é\u0000' } } },
      };
      await client.send(new PutItemCommand({ TableName, Item: item }));
      expect(await get('n', '1')).toEqual(item);
    });
  });
}
