import {
  DeleteFunctionCommand,
  GetAliasCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  ResourceConflictException,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { pruneVersions } from '../../../lib/deploy/prune-versions.ts';
import { DEPLOYMENT } from '../../simulation/alias-world.ts';

const MODELS = { ...DEPLOYMENT, functions: DEPLOYMENT.functions.slice(0, 1) };

/** Versions 1 to `newest` of one function whose alias is at `serving`. */
function world(newest: number, serving: { version: string; canary?: string; from?: string }) {
  const lambda = new LambdaClient({});
  const mock = mockClient(lambda);
  const numbers = Array.from({ length: newest }, (_, i) => String(i + 1));
  // Lambda gives them in pages, and $LATEST with them; their order is not that of their numbers.
  const pages = [['$LATEST', ...numbers.slice(0, 3)], numbers.slice(3).toReversed()];
  mock.on(ListVersionsByFunctionCommand).callsFake(({ Marker }: { Marker?: string }) => ({
    Versions: pages[Marker === undefined ? 0 : 1]!.map((Version) => ({ Version })),
    ...(Marker === undefined ? { NextMarker: 'more' } : {}),
  }));
  const { version, canary, from } = serving;
  mock.on(GetAliasCommand).resolves({
    FunctionVersion: version,
    RevisionId: 'r',
    RoutingConfig: { AdditionalVersionWeights: canary === undefined ? {} : { [canary]: 0.1 } },
    Description: from === undefined ? '' : `Release abc took over from version ${from}.`,
  });
  mock.on(DeleteFunctionCommand).resolves({});
  const lines: string[] = [];
  return {
    mock,
    lines,
    prune: () => pruneVersions(MODELS, { lambda, say: (line) => lines.push(line) }),
    deleted: () => mock.commandCalls(DeleteFunctionCommand).map(({ args: [{ input }] }) => input.Qualifier),
  };
}

describe('old versions', () => {
  it('are deleted but for the newest five', async () => {
    const { prune, deleted, lines } = world(12, { version: '12', from: '11' });
    expect(await prune()).toBe(7);
    expect(deleted()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(lines).toEqual(['Deleted 7 old versions of functions']);
  });

  it('stay while they serve, get a share, or served before', async () => {
    const { prune, deleted } = world(12, { version: '2', canary: '4', from: '1' });
    await prune();
    expect(deleted()).toEqual(['3', '5', '6', '7']);
  });

  it('never mean all: $LATEST and five others are left', async () => {
    const { prune, deleted } = world(5, { version: '5' });
    expect(await prune()).toBe(0);
    expect(deleted()).toEqual([]);
  });

  it('stay when another alias holds them, and any other error is passed on', async () => {
    const { mock, prune, lines } = world(7, { version: '7' });
    const held = new ResourceConflictException({ message: 'an alias points to it', $metadata: {} });
    mock.on(DeleteFunctionCommand).rejectsOnce(held).resolves({});
    expect(await prune()).toBe(1);
    expect(lines[0]).toBe('models version 1 stays: an alias points to it');
    mock.on(DeleteFunctionCommand).rejects(new Error('AccessDenied'));
    await expect(prune()).rejects.toThrow('AccessDenied');
  });
});
