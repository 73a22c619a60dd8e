import { useState } from 'preact/hooks';
import type { DecisionList } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import type { ApiFault } from '../api/fault.ts';
import { faultOf, useResource } from '../api/use-resource.ts';
import { Badge } from '../parts/badge.tsx';
import { Empty, Fault, Loading } from '../parts/fault.tsx';
import { time } from '../words.ts';

const WORDS = {
  promote: ['good', 'promoted'],
  rollback: ['warn', 'rolled back'],
  retire: ['plain', 'retired'],
  hold: ['warn', 'waits for approval'],
  alias: ['plain', 'alias'],
} as const;

/** Who decided what, when and why, newest first. */
export function Decisions({ model }: { model: string }) {
  const { data, fault, reload } = useResource(`decisions ${model}`, (signal) =>
    getJson<DecisionList>(modelPath(model, '/decisions'), signal),
  );
  if (fault && data === undefined) return <Fault fault={fault} onRetry={reload} />;
  if (data === undefined) return <Loading what="the decisions" lines={5} />;
  if (data.decisions.length === 0) return <Empty title="Nothing was decided yet" />;
  return <Timeline key={data.decisions[0]!.decision} model={model} first={data} />;
}

type Named = Pick<DecisionList['decisions'][number], 'from' | 'to' | 'held' | 'alias'>;

/** The versions that a decision is about, with the alias, of one that has any. */
function namedVersions({ from, to, held, alias }: Named): string {
  if (alias !== undefined) return `${alias.name}: ${moved(alias.from, alias.to)}`;
  return moved(from, to ?? held ?? null);
}

const moved = (...versions: readonly (number | null)[]) =>
  versions.flatMap((version) => (version === null ? [] : [`v${version}`])).join(' → ');

function Timeline({ model, first }: { model: string; first: DecisionList }) {
  const [pages, add] = useState([first]);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const next = pages.at(-1)!.next;
  const more = async () => {
    try {
      add([...pages, await getJson<DecisionList>(modelPath(model, `/decisions?before=${next}`))]);
    } catch (error) {
      setFault(faultOf(error));
    }
  };
  return (
    <>
      <ol class="timeline" aria-label="Decisions, newest first">
        {pages
          .flatMap((page) => page.decisions)
          .map(({ decision, action, automatic, actor, reason, decided_at, ...named }) => (
            <li key={decision}>
              <p>
                <Badge tone={WORDS[action][0]}>{WORDS[action][1]}</Badge>{' '}
                <strong class="literal">{namedVersions(named)}</strong>{' '}
                <span class="soft small literal">
                  {time(decided_at)}, by {automatic ? 'the quality gate' : actor}
                </span>
              </p>
              <p class="literal">{reason}</p>
            </li>
          ))}
      </ol>
      {fault && <Fault fault={fault} onRetry={more} />}
      {next !== null && (
        <button type="button" class="quiet" onClick={more}>
          Show older decisions
        </button>
      )}
    </>
  );
}
