import { useState } from 'preact/hooks';
import type { ModelList, ModelSummary } from '../../../../lib/http/schemas/models-api.ts';
import { getJson } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { useMetrics } from '../operation/use-metrics.ts';
import { DropZone, TABLES } from '../parts/drop-zone.tsx';
import { Fault, Loading } from '../parts/fault.tsx';
import { hand } from '../parts/handed-file.ts';
import { goTo } from '../use-location.ts';
import { plural } from '../words.ts';
import { ModelCardTile } from './model-tile.tsx';
import { Welcome } from './welcome.tsx';

/** A list as long as this is looked through by name. */
const FILTER_FROM = 9;
const SHOWN_TILES = 24;
const REFRESH_MS = 15_000;

/** All models, and the place to drop the next table on. */
export function Home() {
  const { data, fault, reload } = useResource('models', allModels, REFRESH_MS);
  return (
    <>
      <h1>Models</h1>
      {data?.length !== 0 && (data !== undefined || !fault) && <Drop />}
      {fault && (data === undefined || fault.kind !== 'offline') && <Fault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="the models" />}
      {data?.length === 0 && (
        <>
          <Welcome />
          <Drop />
        </>
      )}
      {data !== undefined && data.length > 0 && <Tiles models={data} />}
    </>
  );
}

function Drop() {
  const onFile = (file: File) => {
    hand(file);
    goTo(hashOf(['upload']));
  };
  return (
    <DropZone title="Drop a table" accept={TABLES} onFile={onFile}>
      CSV, TSV, gzip or Parquet. You see how it is understood before anything is sent.
    </DropZone>
  );
}

/** Models are few, even in a large system: all pages of the list. */
async function allModels(signal: AbortSignal): Promise<ModelSummary[]> {
  const models: ModelSummary[] = [];
  let after: string | null = null;
  do {
    const query: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const page: ModelList = await getJson<ModelList>(`models?limit=100${query}`, signal);
    models.push(...page.models);
    after = page.next;
  } while (after !== null);
  return models;
}

function Tiles({ models }: { models: readonly ModelSummary[] }) {
  const metrics = useMetrics();
  const [filter, setFilter] = useState('');
  const [shown, show] = useState(SHOWN_TILES);
  const found = models.filter(({ model }) => model.includes(filter.trim().toLowerCase()));
  return (
    <section aria-label="All models">
      {models.length >= FILTER_FROM && (
        <label class="filter">
          <span>Find a model</span>
          <input
            type="search"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
          <span role="status" class="soft small">
            {plural(found.length, 'model')}
          </span>
        </label>
      )}
      <ul class="tiles">
        {found.slice(0, shown).map((summary) => (
          <ModelCardTile key={summary.model} summary={summary} metrics={metrics} />
        ))}
      </ul>
      {found.length > shown && (
        <button type="button" onClick={() => show(shown + SHOWN_TILES)}>
          Show {plural(Math.min(SHOWN_TILES, found.length - shown), 'more', 'more')}
        </button>
      )}
    </section>
  );
}
