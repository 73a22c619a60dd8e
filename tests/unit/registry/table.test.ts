import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { RegistryTable } from '../../../lib/registry/table.ts';

describe('the table when AWS fails', () => {
  const item = { pk: 'MODEL#m', sk: 'VERSION#000000000001', version: 1 };
  const mocked = () => {
    const client = new DynamoDBClient({ maxAttempts: 1 });
    return { mock: mockClient(client), table: new RegistryTable(client, 'registry') };
  };
  const failed = new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
  });

  it('takes its own write id, found after a lost reply, as success', async () => {
    const { mock, table } = mocked();
    let written: PutItemCommandInput['Item'];
    mock.on(PutItemCommand).callsFake((input: PutItemCommandInput) => {
      written = input.Item;
      throw new Error('socket hang up');
    });
    mock.on(GetItemCommand).callsFake(() => ({ Item: written }));
    expect(await table.putIfAbsent(item)).toEqual({ kind: 'written' });
  });

  it("takes a stranger's write id as someone else's item", async () => {
    const { mock, table } = mocked();
    mock.on(PutItemCommand).rejects(failed);
    mock
      .on(GetItemCommand)
      .resolves({ Item: { pk: { S: item.pk }, sk: { S: item.sk }, write_id: { S: 'other' } } });
    expect(await table.putIfAbsent(item)).toMatchObject({ kind: 'present', item: { write_id: 'other' } });
  });

  it('passes throttling on when nothing was written', async () => {
    const { mock, table } = mocked();
    mock.on(PutItemCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    mock.on(GetItemCommand).resolves({});
    await expect(table.putIfAbsent(item)).rejects.toThrow('slow down');
  });

  it('asks for a consistent read whenever it reads back', async () => {
    const { mock, table } = mocked();
    mock.on(PutItemCommand).rejects(failed);
    mock.on(GetItemCommand).resolves({ Item: { pk: { S: item.pk }, sk: { S: item.sk } } });
    await table.putIfAbsent(item);
    expect(mock.commandCalls(GetItemCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });
});
