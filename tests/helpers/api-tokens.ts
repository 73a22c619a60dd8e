import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { REGISTRY_TABLE } from '../../lib/local/topology.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createToken } from '../../lib/registry/tokens.ts';
import type { Scope } from '../../lib/routes.ts';
import type { TestStack } from './stack.ts';

/** A token of a running system, as a value of `Authorization`. */
export async function bearerToken(stack: TestStack, scopes: readonly Scope[]): Promise<string> {
  const client = new DynamoDBClient({ endpoint: stack.urls.dynamodb });
  const request = { name: 'fuzz', scopes: [...scopes], expiresAtMs: null };
  const sources = { now: Date.now, randomBytes };
  const { token } = await createToken(new RegistryTable(client, REGISTRY_TABLE), request, sources);
  client.destroy();
  return `Bearer ${token}`;
}
