import { useRef, useState } from 'preact/hooks';
import type { ChampionAnswer, VersionList, VersionSummary } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import type { ApiFault } from '../api/fault.ts';
import { faultOf, useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Announce } from '../parts/announce.tsx';
import { Badge } from '../parts/badge.tsx';
import { Empty, Fault, Loading } from '../parts/fault.tsx';
import { Table } from '../parts/table.tsx';
import { useLacks } from '../token/caller.ts';
import { goTo } from '../use-location.ts';
import { score, time } from '../words.ts';
import type { Change } from './change.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { NotesDialog } from './notes-dialog.tsx';
import { ScoreChart } from './score-chart.tsx';
import { VersionNames } from './version-names.tsx';

const PAGE = 50;

interface Held {
  readonly first: VersionList;
  readonly state: ChampionAnswer;
  /** How many changes this tab had made: after one, the list begins anew. */
  readonly changes: number;
}

/** The versions, newest first: look at one, compare two, make one answer, take one out of use. */
export function Versions({ model }: { model: string }) {
  const changes = useRef(0);
  const { data, fault, reload } = useResource(`versions ${model}`, async (signal): Promise<Held> => {
    // One after the other: a list older than the decision that it is shown under would stay until the next.
    const state = await getJson<ChampionAnswer>(modelPath(model, '/champion'), signal);
    const first = await getJson<VersionList>(modelPath(model, `/versions?limit=${PAGE}`), signal);
    return { first, state, changes: changes.current };
  });
  const [said, say] = useState('');
  const [change, begin] = useState<Change | null>(null);
  const [noted, note] = useState<number | null>(null);
  if (fault && data === undefined) return <Fault fault={fault} onRetry={reload} />;
  if (data === undefined) return <Loading what="the versions" lines={6} />;
  if (data.first.versions.length === 0) {
    return (
      <Empty title="No version yet">
        <p class="literal">{data.state.no_champion_because}</p>
      </Empty>
    );
  }
  const close = () => {
    begin(null);
    note(null);
    // Whoever met a conflict sees the state that it was about.
    reload();
  };
  const done = (version: number) => {
    say(`Version ${version}: done.`);
    changes.current++;
    close();
  };
  return (
    <>
      <Announce>{said}</Announce>
      <List
        key={`${data.state.decision} ${data.changes}`}
        model={model}
        held={data}
        onChange={begin}
        onNote={note}
      />
      {change && (
        <ChangeDialog model={model} change={change} onDone={() => done(change.version)} onClose={close} />
      )}
      {noted !== null && (
        <NotesDialog model={model} version={noted} onDone={() => done(noted)} onClose={close} />
      )}
    </>
  );
}

function List(props: {
  model: string;
  held: Held;
  onChange: (change: Change) => void;
  onNote: (version: number) => void;
}) {
  const { model, held, onChange, onNote } = props;
  const { state } = held;
  const [pages, add] = useState([held.first]);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [chosen, choose] = useState<readonly number[]>([]);
  const versions = pages.flatMap((page) => page.versions);
  const next = pages.at(-1)!.next;
  const more = async () => {
    try {
      add([...pages, await getJson<VersionList>(modelPath(model, `/versions?limit=${PAGE}&before=${next}`))]);
    } catch (error) {
      setFault(faultOf(error));
    }
  };
  const toggle = (version: number) =>
    choose(
      chosen.includes(version) ? chosen.filter((each) => each !== version) : [...chosen.slice(-1), version],
    );
  const seenAt = ({ version }: VersionSummary) => ({
    version,
    basedOn: state.decision,
    champion: state.champion,
  });
  const compare = () => {
    const [a, b] = chosen.toSorted((x, y) => x - y);
    goTo(hashOf(['models', model, 'compare'], { a: String(a), b: String(b) }));
  };
  return (
    <>
      <div class="row">
        <button type="button" disabled={chosen.length !== 2} onClick={compare}>
          Compare two
        </button>
        <span class="soft small">
          {chosen.length === 2 ? `v${chosen.join(' and v')}` : 'Tick two versions to see them side by side.'}
        </span>
      </div>
      <Table
        caption="Versions"
        rows={versions}
        keyOf={({ version }) => version}
        shownRows={1000}
        columns={[
          {
            head: <span class="unseen">Compare</span>,
            cell: ({ version }) => (
              <input
                type="checkbox"
                aria-label={`Compare version ${version}`}
                checked={chosen.includes(version)}
                onChange={() => toggle(version)}
              />
            ),
          },
          {
            head: 'Version',
            cell: ({ version }) => (
              <a href={hashOf(['models', model, 'quality'], { version: String(version) })}>v{version}</a>
            ),
          },
          { head: 'State', cell: (version) => <State version={version} /> },
          {
            head: 'Macro-F1',
            isNumber: true,
            cell: ({ macro_f1 }) => (macro_f1 === null ? '' : score(macro_f1)),
          },
          { head: 'File', cell: ({ source_key }) => source_key },
          { head: 'Registered', cell: ({ registered_at }) => time(registered_at) },
          {
            head: 'Aliases, tags, note',
            cell: (version) => (
              <VersionNames
                version={version}
                onGiveAlias={() => onChange({ kind: 'giveAlias', ...seenAt(version) })}
                onTakeAlias={(alias) => onChange({ kind: 'takeAlias', alias, ...seenAt(version) })}
                onNote={() => onNote(version.version)}
              />
            ),
          },
          {
            head: <span class="unseen">Decide</span>,
            cell: (version) => <Actions version={version} state={state} onChange={onChange} />,
          },
        ]}
      />
      {fault && <Fault fault={fault} onRetry={more} />}
      {next !== null && (
        <button type="button" class="quiet" onClick={more}>
          Show older versions
        </button>
      )}
      <ScoreChart versions={versions} />
    </>
  );
}

function State({ version: { champion, retired, waiting, gate_passed } }: { version: VersionSummary }) {
  if (champion) return <Badge tone="good">champion</Badge>;
  if (retired) return <Badge>retired</Badge>;
  if (waiting) return <Badge tone="warn">waits for approval</Badge>;
  return gate_passed ? <Badge>passed the gate</Badge> : <Badge tone="warn">failed the gate</Badge>;
}

function Actions(props: {
  version: VersionSummary;
  state: ChampionAnswer;
  onChange: (change: Change) => void;
}) {
  const { version, state, onChange } = props;
  const lacksAdmin = useLacks('admin');
  if (version.champion || version.retired) return null;
  const named = version.aliases.length > 0 ? 'An alias names it: move the alias first' : undefined;
  const kind = state.champion !== null && version.version < state.champion ? 'rollback' : 'promote';
  const begin = (which: 'promote' | 'rollback' | 'retire') =>
    onChange({ kind: which, version: version.version, basedOn: state.decision, champion: state.champion });
  const why = lacksAdmin ? 'The token lacks the scope admin' : undefined;
  return (
    <span class="row nowrap">
      <button
        type="button"
        disabled={lacksAdmin}
        title={why}
        onClick={() => begin(kind)}
        aria-label={`${kind === 'rollback' ? 'Roll back to' : 'Promote'} version ${version.version}`}
      >
        {kind === 'rollback' ? 'Roll back' : 'Promote'}
      </button>
      <button
        type="button"
        class="quiet"
        disabled={lacksAdmin || named !== undefined}
        title={why ?? named}
        onClick={() => begin('retire')}
        aria-label={`Retire version ${version.version}`}
      >
        Retire
      </button>
    </span>
  );
}
