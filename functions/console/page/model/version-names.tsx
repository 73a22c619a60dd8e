import type { VersionSummary } from '../../../../lib/http/schemas/models-api.ts';
import { Badge } from '../parts/badge.tsx';
import { useLacks } from '../token/caller.ts';

/** A note may be long: the list has its beginning, and the whole of it where one points. */
const SHOWN_NOTE = 120;

interface Props {
  readonly version: VersionSummary;
  onGiveAlias(): void;
  onTakeAlias(alias: string): void;
  onNote(): void;
}

/** What people call a version and say of it: the names by which it is asked, its tags and its note. */
export function VersionNames({ version, onGiveAlias, onTakeAlias, onNote }: Props) {
  const { aliases, tags, note, retired } = version;
  const lacksAdmin = useLacks('admin');
  const isLong = note.length > SHOWN_NOTE;
  const isNoted = tags.length > 0 || note !== '';
  return (
    <div class="names">
      {aliases.map((alias) => (
        <Badge key={alias} tone="good">
          <span>{alias}</span>
          {!lacksAdmin && (
            <button
              type="button"
              class="remove"
              aria-label={`Take the alias ${alias} from version ${version.version}`}
              onClick={() => onTakeAlias(alias)}
            >
              <span aria-hidden="true">×</span>
            </button>
          )}
        </Badge>
      ))}
      {tags.length > 0 && <span class="soft small literal">{tags.join(', ')}</span>}
      {note !== '' && (
        <span class="small literal" title={isLong ? note : undefined}>
          {isLong ? `${note.slice(0, SHOWN_NOTE).toWellFormed()}…` : note}
        </span>
      )}
      {!lacksAdmin && (
        <>
          {!retired && (
            <button type="button" class="quiet small" onClick={onGiveAlias}>
              <span>
                Add alias<span class="unseen"> to version {version.version}</span>
              </span>
            </button>
          )}
          <button type="button" class="quiet small" onClick={onNote}>
            <span>
              {isNoted ? 'Edit note' : 'Add note'}
              <span class="unseen"> of version {version.version}</span>
            </span>
          </button>
        </>
      )}
    </div>
  );
}
