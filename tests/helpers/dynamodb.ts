import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createRegistryTable } from '../../lib/local/dynamodb.ts';
import { RegistryTable } from '../../lib/registry/table.ts';

/** A registry table on a separate in-memory DynamoDB. */
export interface TestRegistry {
  readonly table: RegistryTable;
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function openTestRegistry(): Promise<TestRegistry> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  // A call fails when the server ends its idle connection while the client starts to use it.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createRegistryTable(endpoint, 'registry');
  const client = new DynamoDBClient({ endpoint, maxAttempts: 1 });
  return {
    table: new RegistryTable(client, 'registry'),
    client,
    endpoint,
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
