import { modelPath, sendJson } from '../api/client.ts';

/** A decision about to be made on a version. */
export type Change = {
  readonly version: number;
  /** The newest decision that the person saw. */
  readonly basedOn: number;
  readonly champion: number | null;
} & (
  | { readonly kind: 'promote' | 'rollback' | 'retire' | 'giveAlias' }
  | { readonly kind: 'takeAlias'; readonly alias: string }
);

/** What is decided, in the words of its button. */
export function deed(change: Change): string {
  const version = `version ${change.version}`;
  switch (change.kind) {
    case 'promote':
      return `Promote ${version}`;
    case 'rollback':
      return `Roll back to ${version}`;
    case 'retire':
      return `Retire ${version}`;
    case 'giveAlias':
      return `Give ${version} an alias`;
    case 'takeAlias':
      return `Take the alias ${change.alias} from ${version}`;
  }
}

/** What follows from it. */
export function consequence({ kind, version, champion }: Change): string {
  switch (kind) {
    case 'retire':
      return `Version ${version} can never answer again, and its artifact is deleted later.`;
    case 'giveAlias':
      return `Requests that ask by the alias are answered by version ${version}. An alias that another version has moves to this one.`;
    case 'takeAlias':
      return 'Requests that ask by it find no version any more.';
    default:
      return champion === null
        ? `Version ${version} will answer from now on.`
        : `Version ${version} will answer from now on instead of version ${champion}.`;
  }
}

/** Whether something is taken away by it. */
export const isLoss = ({ kind }: Change) => kind === 'retire' || kind === 'takeAlias';

/**
 * Sends the decision.
 *
 * @param alias the name that is given, where one is
 * @throws ApiFault, of kind `conflict` when another decision came first
 */
export async function decide(model: string, change: Change, reason: string, alias: string): Promise<void> {
  const { version, basedOn: decision } = change;
  const put = (path: string, body: object) => sendJson('PUT', modelPath(model, path), { ...body, reason });
  switch (change.kind) {
    case 'retire':
      await put(`/versions/${version}/retirement`, { decision });
      break;
    case 'giveAlias':
      await put(`/aliases/${alias}`, { version, decision });
      break;
    case 'takeAlias': {
      const query = new URLSearchParams({ decision: String(decision), reason });
      await sendJson('DELETE', modelPath(model, `/aliases/${change.alias}?${query}`));
      break;
    }
    default:
      await put('/champion', { version, decision });
  }
}
