import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { COMMAND_CALLS } from '../aws/client-limits.ts';
import { ClassifierError } from '../errors.ts';
import { RegistryTable } from '../registry/table.ts';
import { createToken, listTokens, revokeToken } from '../registry/tokens.ts';
import { standardError, standardOutput } from '../terminal.ts';
import { EXIT, runCommand } from './run-command.ts';
import {
  parseTokenCommandLine,
  TOKEN_USAGE,
  type TokenAction,
  type TokenOptions,
} from './token-command-line.ts';
import { describeCreated, describeRevoked, describeTokens, tokenJson } from './token-text.ts';

async function run(options: TokenOptions): Promise<number> {
  const client = clientOf(options);
  try {
    await act(options.action, new RegistryTable(client, options.table), options.json);
    return EXIT.ok;
  } catch (error) {
    throw explained(error, options);
  } finally {
    client.destroy();
  }
}

/** A local endpoint accepts any credentials, so the user's real ones are never sent to it. */
function clientOf({ endpoint }: TokenOptions): DynamoDBClient {
  if (endpoint === undefined) return new DynamoDBClient(COMMAND_CALLS);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ ...COMMAND_CALLS, endpoint, region: 'us-east-1', credentials });
}

async function act(action: TokenAction, table: RegistryTable, json: boolean): Promise<void> {
  const nowMs = Date.now();
  const print = (lines: readonly string[], value: unknown) =>
    json ? standardOutput.json(value, 2) : standardOutput.lines(lines);
  switch (action.kind) {
    case 'create': {
      const { token, entry } = await createToken(table, action, { now: Date.now, randomBytes });
      print([token], { ...tokenJson(entry, nowMs), token });
      standardError.lines(describeCreated(entry));
      return;
    }
    case 'list': {
      const entries = await listTokens(table);
      print(
        entries.length === 0 ? [] : describeTokens(entries, nowMs),
        entries.map((entry) => tokenJson(entry, nowMs)),
      );
      if (entries.length === 0) standardError.line('There are no tokens.');
      return;
    }
    case 'revoke': {
      const { entry, isNew } = await revokeToken(table, action.id, Date.now);
      print([], tokenJson(entry, nowMs));
      standardError.line(describeRevoked(entry, isNew));
    }
  }
}

/** Adds what the user can do when the table cannot be used. */
function explained(error: unknown, { endpoint, table }: TokenOptions): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'ECONNREFUSED') {
    return new Error(
      `${endpoint}: nothing listens there. Start the system with \`npm start -- --auth\`, name another DynamoDB with --endpoint, or use --aws.`,
      { cause: error },
    );
  }
  if (error instanceof ResourceNotFoundException) {
    const where = endpoint ?? 'AWS, in this region';
    return new Error(`${where}: there is no table "${table}"; name it with --table`, { cause: error });
  }
  if (endpoint !== undefined || error instanceof ClassifierError) return error;
  return new Error(`AWS: ${(error as Error).message}; --aws uses the region and credentials of the AWS CLI`, {
    cause: error,
  });
}

/** A container may run as a user without a name; then userInfo throws. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'local';
  }
}

process.exitCode = await runCommand(
  {
    usage: TOKEN_USAGE,
    parse: (args) => parseTokenCommandLine(args, Date.now(), userName()),
    run,
  },
  process.argv.slice(2),
);
