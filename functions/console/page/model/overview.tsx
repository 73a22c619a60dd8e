import type { ComponentChildren } from 'preact';
import type { ModelCard } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { modelMetrics, useMetrics } from '../operation/use-metrics.ts';
import { Badge } from '../parts/badge.tsx';
import { Facts, Sha } from '../parts/facts.tsx';
import { Empty, Fault, Loading } from '../parts/fault.tsx';
import { Figures } from '../parts/figures.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { percent, plural, score, time, uncertainty, whole } from '../words.ts';
import { UnderstoodOf } from './understood.tsx';

type Champion = NonNullable<ModelCard['champion']>;

const REFRESH_MS = 10_000;

/** What a model is: what it predicts from what, how good it is, where it comes from, who decided. */
export function Overview({ model }: { model: string }) {
  const { data, fault, reload } = useResource(
    `card ${model}`,
    (signal) => getJson<ModelCard>(modelPath(model), signal),
    REFRESH_MS,
  );
  if (fault && data === undefined) return <Fault fault={fault} onRetry={reload} />;
  if (data === undefined) return <Loading what="the model" lines={8} />;
  return (
    <>
      {data.newest_upload_refused !== null && (
        <section class="notice warn" aria-label="Newest upload">
          <h2>Its newest upload was refused</h2>
          <p class="literal">{afterColon(data.newest_upload_refused)}</p>
          <a href={hashOf(['upload'], { model })}>Send another file</a>
        </section>
      )}
      {data.newest_upload_failed !== null && (
        <section class="notice warn" aria-label="Newest upload">
          <h2>Its newest upload failed</h2>
          <p class="literal">{afterColon(data.newest_upload_failed)}</p>
          <a href={hashOf(['models', model, 'uploads'])}>See its uploads</a>
        </section>
      )}
      {data.waiting.length > 0 && <Waiting model={model} waiting={data.waiting} />}
      {data.champion === null ? (
        <Empty title="No version answers">
          <p class="literal">{data.no_champion_because}</p>
          <a class="button" href={hashOf(['models', model, 'versions'])}>
            See its versions
          </a>
        </Empty>
      ) : (
        <ChampionCard model={model} card={data} champion={data.champion} />
      )}
    </>
  );
}

/** Versions that a person has to approve, and where that is done. */
function Waiting({ model, waiting }: { model: string; waiting: ModelCard['waiting'] }) {
  return (
    <section class="notice warn" aria-label="Waiting for approval">
      <h2>
        {waiting.length === 1 ? `Version ${waiting[0]!.version} waits` : `${waiting.length} versions wait`}{' '}
        for approval
      </h2>
      <ul>
        {waiting.map(({ version, reason, held_at }) => (
          <li key={version} class="literal">
            v{version}, since {time(held_at)}: {reason}
          </li>
        ))}
      </ul>
      <a href={hashOf(['models', model, 'versions'])}>Look at it and promote it</a>
    </section>
  );
}

/** What stands below a heading that says the rest. */
const afterColon = (words: string) => words.replace(/^its newest upload [a-z ]+: /, '');

function ChampionCard({ model, card, champion }: { model: string; card: ModelCard; champion: Champion }) {
  const { schema, lineage, promoted } = champion;
  return (
    <>
      <p class="lead literal">
        Predicts <strong>{schema.label}</strong>, one of {plural(schema.classes.count, 'class', 'classes')},
        from {plural(schema.features.length, 'column')} of a row.
      </p>
      <Figures figures={[...figuresOf(champion), ...useLive(model)]} />
      <p class="row">
        <a class="button primary" href={hashOf(['models', model, 'predict'])}>
          Ask it
        </a>
        <a class="button" href={hashOf(['upload'], { model })}>
          Send newer data
        </a>
      </p>
      <div class="columns">
        <section aria-label="Lineage">
          <h2>From file to answer</h2>
          <ol class="lineage">
            <Origin title="File">
              {lineage.source.key}
              <small>
                {time(lineage.source.uploaded_at)}
                {lineage.source.sha256 !== null && (
                  <>
                    , <Sha sha256={lineage.source.sha256} />
                  </>
                )}
              </small>
            </Origin>
            <Origin title="Data set">
              {plural(lineage.rows.accepted, 'row')} taken, {whole(lineage.rows.rejected)} left out
              <small>
                <Sha sha256={lineage.dataset_sha256} />
              </small>
            </Origin>
            <Origin title="Version">
              {champion.model_version}, trained {time(champion.registered_at)}
              <small>
                <Sha sha256={lineage.artifact_sha256} />, code {lineage.code_version}
              </small>
            </Origin>
            <Origin title="Decision">
              {promoted.automatic
                ? 'Promoted by the quality gate'
                : `${promoted.action === 'rollback' ? 'Rolled back to' : 'Promoted'} by ${promoted.actor}`}
              <small>
                {time(promoted.decided_at)}: {promoted.reason}
              </small>
            </Origin>
          </ol>
        </section>
        <Gate champion={champion} />
      </div>
      {champion.understood !== null && (
        <UnderstoodOf model={model} uploadId={lineage.upload_id} understood={champion.understood} />
      )}
      <Features champion={champion} />
      <section aria-label="Registry">
        <h2>In the registry</h2>
        <Facts
          facts={[
            ['Versions', `${whole(card.counts.versions)}, ${whole(card.counts.retired)} of them retired`],
            ['Decisions', whole(card.counts.decisions)],
            ['Algorithm', `version ${lineage.algorithm_version}`],
          ]}
        />
      </section>
    </>
  );
}

function Origin({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <li>
      <strong>{title}</strong>
      <div class="literal">{children}</div>
    </li>
  );
}

function figuresOf({ metrics, schema, lineage }: Champion) {
  const { macro_f1, accuracy } = metrics;
  return [
    {
      name: 'Macro-F1',
      value: macro_f1 === undefined ? 'unknown' : score(macro_f1),
      note: uncertainty(metrics.macro_f1_standard_error),
    },
    ...(accuracy === undefined
      ? []
      : [{ name: 'Accuracy', value: percent(accuracy), note: 'on the same rows' }]),
    { name: 'Rows', value: whole(lineage.rows.accepted), note: `${whole(lineage.rows.rejected)} left out` },
    { name: 'Classes', value: whole(schema.classes.count) },
  ];
}

/** What the metrics say of now, where the token allows them. */
function useLive(model: string) {
  const readings = useMetrics();
  if (readings === undefined) return [];
  const { predictions, liveAccuracy, driftedFeatures } = modelMetrics(readings, model);
  return [
    { name: 'Predictions', value: whole(predictions), note: 'this year' },
    ...(liveAccuracy === undefined
      ? []
      : [{ name: 'Live accuracy', value: percent(liveAccuracy), note: 'of those with feedback' }]),
    ...(driftedFeatures === undefined
      ? []
      : [{ name: 'Drift', value: driftedFeatures === 0 ? 'none' : plural(driftedFeatures, 'column') }]),
  ];
}

const OUTCOMES = {
  passed: ['good', 'passed'],
  warned: ['warn', 'warned'],
  failed: ['bad', 'failed'],
  not_applicable: ['plain', 'not applicable'],
} as const;

/** The quality gate's tests with their outcomes. */
export function Gate({ champion: { gate } }: { champion: Pick<Champion, 'gate'> }) {
  return (
    <section aria-label="Quality gate">
      <h2>Quality gate</h2>
      <ul class="gate">
        {gate.tests.map(({ test, outcome, detail }) => (
          <li key={test}>
            <Badge tone={OUTCOMES[outcome][0]}>{OUTCOMES[outcome][1]}</Badge> <strong>{test}</strong>
            <p class="soft small literal">{detail}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Features({ champion: { schema } }: { champion: Champion }) {
  return (
    <section aria-label="What it is asked with">
      <h2>What it is asked with</h2>
      <Table
        caption="What it is asked with"
        rows={schema.features}
        keyOf={({ name }) => name}
        shownRows={20}
        columns={[
          { head: 'Column', cell: ({ name }) => <Name text={name} /> },
          { head: 'Kind', cell: ({ type }) => type },
          { head: 'Gaps', cell: ({ nullable }) => (nullable ? 'in the data' : 'none in the data') },
          {
            head: 'Categories',
            cell: ({ categories, category_count }) =>
              categories === null
                ? ''
                : `${categories.slice(0, 8).join(', ')}${(category_count ?? 0) > 8 ? ` and ${category_count! - 8} more` : ''}`,
          },
        ]}
      />
    </section>
  );
}
