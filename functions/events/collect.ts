import type { EventDraft } from '../../lib/events/event.ts';
import { decisionEvent, versionEvents } from '../../lib/events/log-events.ts';
import { meaningOf } from '../../lib/events/notice-events.ts';
import {
  type LogCursor,
  logCursors,
  moveCursor,
  OutboxWriter,
  startedAtMs,
} from '../../lib/events/outbox.ts';
import {
  DECISION_PREFIX,
  type DecisionEntry,
  newestNamed,
  readDecision,
} from '../../lib/registry/decisions.ts';
import { numberedKey } from '../../lib/registry/item-reads.ts';
import { modelNames } from '../../lib/registry/model-names.ts';
import { endNotice, notices } from '../../lib/registry/notices.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import {
  modelPartition,
  readVersion,
  VERSION_PREFIX,
  type VersionEntry,
} from '../../lib/registry/versions.ts';

export interface CollectDependencies {
  readonly table: RegistryTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Older entries of the logs are not told when the outbox is written to for the first time. */
const HISTORY_MS = 24 * 3600 * 1000;
const PAGE = 50;

/**
 * Writes what happened since the last call into the outbox: first each model's logs from its cursor, then the
 * notices. Whatever ends it, the next call goes on; what it repeats has the same ids.
 *
 * @returns how many events were written
 */
export async function collect({ table, now }: CollectDependencies): Promise<number> {
  const outbox = new OutboxWriter(table);
  const oldestMs = (await startedAtMs(table, now())) - HISTORY_MS;
  const cursors = await logCursors(table);
  let count = 0;
  for await (const model of modelNames(table)) {
    const cursor = cursors.get(model) ?? { model, versions: 0, decisions: 0 };
    count += await collectLogs(cursor, oldestMs, { table, outbox });
  }
  return count + (await collectNotices({ table, now, outbox }));
}

interface Sink {
  readonly table: RegistryTable;
  readonly outbox: OutboxWriter;
}

async function collectLogs(from: LogCursor, oldestMs: number, { table, outbox }: Sink): Promise<number> {
  const { model } = from;
  let [cursor, count, hasMore] = [from, 0, true];
  while (hasMore) {
    // Decisions are read first, so that every version that they name is among the versions read after them.
    const decisions = await logAfter(table, model, DECISION_PREFIX, cursor.decisions, readDecision);
    const versions = await logAfter(table, model, VERSION_PREFIX, cursor.versions, readVersion);
    const merged = mergeLogs(model, versions.entries, decisions.entries, !versions.hasMore);
    for (const draft of merged.drafts) {
      if (Date.parse(draft.time) < oldestMs) continue;
      await outbox.append(draft);
      count += 1;
    }
    if (merged.versions + merged.decisions === 0) break;
    hasMore = versions.hasMore || decisions.hasMore;
    cursor = {
      model,
      versions: cursor.versions + merged.versions,
      decisions: cursor.decisions + merged.decisions,
    };
    await moveCursor(table, cursor);
  }
  return count;
}

async function logAfter<T>(
  table: RegistryTable,
  model: string,
  prefix: string,
  after: number,
  read: (item: { readonly pk: string; readonly sk: string }) => T,
): Promise<{ readonly entries: readonly T[]; readonly hasMore: boolean }> {
  const { items, hasMore } = await table.page(modelPartition(model), `${prefix}#`, {
    limit: PAGE,
    order: 'ascending',
    after: numberedKey(prefix, after),
  });
  return { entries: items.map(read), hasMore };
}

interface Merged {
  readonly drafts: readonly EventDraft[];
  /** How many entries of each log the drafts tell. */
  readonly versions: number;
  readonly decisions: number;
}

/**
 * One order of two logs, in which no decision comes before a version that it names.
 *
 * @param isWhole whether `versions` reaches the end of its log; if not, a decision waits for its version
 */
function mergeLogs(
  model: string,
  versions: readonly VersionEntry[],
  decisions: readonly DecisionEntry[],
  isWhole: boolean,
): Merged {
  const drafts: EventDraft[] = [];
  let told = 0;
  let decided = 0;
  const tellUpTo = (version: number) => {
    for (; told < versions.length && versions[told]!.version <= version; told++)
      drafts.push(...versionEvents(versions[told]!));
  };
  for (const entry of decisions) {
    const named = newestNamed(entry);
    tellUpTo(named);
    if (!isWhole && named > versions.at(-1)!.version) break;
    drafts.push(decisionEvent(model, entry));
    decided += 1;
  }
  tellUpTo(Number.POSITIVE_INFINITY);
  return { drafts, versions: told, decisions: decided };
}

async function collectNotices({ table, now, outbox }: Sink & CollectDependencies): Promise<number> {
  let count = 0;
  for await (const kept of notices(table)) {
    const meaning = await meaningOf(kept.notice, { table, now });
    if (meaning === 'not_yet') continue;
    if (meaning !== 'nothing') {
      await outbox.append(meaning);
      count += 1;
    }
    await endNotice(table, kept);
  }
  return count;
}
