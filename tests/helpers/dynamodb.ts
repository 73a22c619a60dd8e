import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createRegistryTable } from '../../lib/local/dynamodb.ts';
import { RegistryTable } from '../../lib/registry/table.ts';

/** A registry table on a DynamoDB of its own, in memory. */
export interface TestRegistry {
  readonly table: RegistryTable;
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function openTestRegistry(): Promise<TestRegistry> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  // A connection that the server ends for idleness while a client takes it up again fails that call.
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
