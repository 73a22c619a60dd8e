import { useState } from 'preact/hooks';
import type { IngestReport } from '../../../../lib/dataset/report.ts';
import type { ModelCard } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { ApiFault } from '../api/fault.ts';
import { useSession } from '../api/session.ts';
import { faultOf, useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { ModelHead } from '../model/model-head.tsx';
import { Empty, Fault, Loading } from '../parts/fault.tsx';
import { useLacks } from '../token/caller.ts';
import { plural } from '../words.ts';
import { AnswerView } from './answer-view.tsx';
import { type Answer, ask, predictPath } from './ask.ts';
import { Batch } from './batch.tsx';
import { CallSamples } from './call-samples.tsx';
import { FeatureField } from './feature-field.tsx';
import { defaultValues, type Field, instanceOf, rowOf, type Values, valuesOfRow } from './form-values.ts';

type Champion = NonNullable<ModelCard['champion']>;

interface Asked {
  readonly card: ModelCard;
  readonly profiles: IngestReport['columns'];
}

/** A form that asks the model, its answer with the reasons, the same for many rows, and the call as code. */
export function Predict({ model, version }: { model: string; version: string | null }) {
  const { data, fault, reload } = useResource(`predict ${model}`, (signal) => askedOf(model, signal));
  const lacksPredict = useLacks('predict');
  const champion = data?.card.champion;
  return (
    <>
      <ModelHead model={model} open="predict" />
      {version !== null && (
        <p class="notice warn">
          Answers come from version {version.replace(/^v/, '')}, not from the champion.{' '}
          <a href={hashOf(['models', model, 'predict'])}>Ask the champion</a>
        </p>
      )}
      {lacksPredict && (
        <Empty title="The token does not allow predictions">
          <p>
            It lacks the scope <code>predict</code>.
          </p>
        </Empty>
      )}
      {fault && data === undefined && <Fault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="the model" lines={8} />}
      {data && !champion && (
        <Empty title="No version answers yet">
          <p class="literal">{data.card.no_champion_because}</p>
          <button type="button" onClick={reload}>
            Look again
          </button>
        </Empty>
      )}
      {data && champion && !lacksPredict && (
        <Asking
          key={champion.version}
          model={model}
          version={version}
          champion={champion}
          profiles={data.profiles}
        />
      )}
    </>
  );
}

async function askedOf(model: string, signal: AbortSignal): Promise<Asked> {
  const card = await getJson<ModelCard>(modelPath(model), signal);
  if (card.champion === null) return { card, profiles: [] };
  const id = encodeURIComponent(card.champion.lineage.upload_id);
  try {
    const report = await getJson<Partial<IngestReport>>(modelPath(model, `/uploads/${id}/report`), signal);
    return { card, profiles: report.columns ?? [] };
  } catch (error) {
    // The report only makes the form nicer; it may have been deleted. What hinders the form itself is thrown.
    if (error instanceof ApiFault && error.kind === 'missing') return { card, profiles: [] };
    throw error;
  }
}

function Asking(props: {
  model: string;
  version: string | null;
  champion: Champion;
  profiles: IngestReport['columns'];
}) {
  const { model, version, champion, profiles } = props;
  const { token } = useSession();
  const [fields] = useState(() => fieldsOf(champion, profiles));
  const [values, fill] = useState<Values>(() => defaultValues(fields));
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [isAsking, wait] = useState(false);
  const { features } = champion.schema;
  const row = rowOf(fields, values);
  const attempt = async (work: () => Promise<void>) => {
    wait(true);
    setFault(null);
    try {
      await work();
    } catch (error) {
      setAnswer(null);
      setFault(faultOf(error));
    }
    wait(false);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt(async () => setAnswer(await ask(model, version, row, features)));
  };
  const useRealRow = () => attempt(async () => fill(await realRow(model, version, fields)));
  return (
    <>
      <div class="split">
        <form onSubmit={submit} noValidate>
          <h2>
            Ask for <bdi class="literal">{champion.schema.label}</bdi>
          </h2>
          <Form fields={fields} values={values} fault={fault} onFill={fill} />
          <div class="row sticky">
            <button type="submit" class="primary" disabled={isAsking}>
              Predict
            </button>
            <button type="button" onClick={useRealRow} disabled={isAsking}>
              Fill with a real row
            </button>
          </div>
        </form>
        <div class="result" aria-busy={isAsking}>
          {fault && <Fault fault={fault} />}
          {answer && (
            <AnswerView answer={answer} model={model} classes={champion.schema.classes.labels ?? []} />
          )}
          {!answer && !fault && (
            <p class="soft placeholder">
              The answer comes here: the class, how sure it is, and the rows that it rests on.
            </p>
          )}
        </div>
      </div>
      <CallSamples
        path={predictPath(model, version === null ? '' : `?version=${encodeURIComponent(version)}`)}
        body={{ features: instanceOf(row, features) }}
        hasToken={token !== null}
      />
      <Batch model={model} version={version} features={features} />
    </>
  );
}

function fieldsOf({ schema }: Champion, profiles: IngestReport['columns']): Field[] {
  const byName = new Map(profiles.map((profile) => [profile.name, profile]));
  return schema.features.map((feature) => ({ feature, profile: byName.get(feature.name) }));
}

/** Fields that are shown at first of a wide model; the others have their defaults. */
const SHOWN_FIELDS = 40;

function Form(props: {
  fields: readonly Field[];
  values: Values;
  fault: ApiFault | null;
  onFill: (values: Values) => void;
}) {
  const { fields, values, fault, onFill } = props;
  const [shown, show] = useState(SHOWN_FIELDS);
  const [filter, setFilter] = useState('');
  const found = fields.filter(({ feature }) => feature.name.toLowerCase().includes(filter.toLowerCase()));
  const faultOn = (name: string) =>
    fault?.problem.errors?.find(({ path }) => path === `features.${name}` || path.endsWith(`.${name}`))
      ?.message;
  return (
    <>
      {fields.length > SHOWN_FIELDS && (
        <label class="filter">
          <span>Find a column</span>
          <input
            type="search"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        </label>
      )}
      <div class="fields">
        {found.slice(0, shown).map((field) => (
          <FeatureField
            key={field.feature.name}
            field={field}
            value={values[field.feature.name] ?? ''}
            fault={faultOn(field.feature.name)}
            onInput={(value) => onFill({ ...values, [field.feature.name]: value })}
          />
        ))}
      </div>
      {found.length > shown && (
        <button type="button" class="quiet" onClick={() => show(shown + SHOWN_FIELDS)}>
          Show {plural(found.length - shown, 'more field')}; they have the values that are usual in the data
        </button>
      )}
    </>
  );
}

/**
 * A row of the training data. The API shows rows only as neighbours, so it is asked about a made-up row that
 * takes each value from anywhere in its column, and one of that row's neighbours is taken.
 */
async function realRow(model: string, version: string | null, fields: readonly Field[]): Promise<Values> {
  const made = Object.fromEntries(fields.map((field) => [field.feature.name, anyValue(field)]));
  const features = fields.map(({ feature }) => feature);
  const { prediction } = await ask(model, version, rowOf(fields, made), features);
  return valuesOfRow(oneOf(prediction.neighbours)!.values);
}

function anyValue({ feature, profile }: Field): string {
  if (profile?.type === 'categorical') return oneOf(profile.top)?.value ?? '';
  if (profile !== undefined)
    return String(oneOf(Object.values<number | string>(profile.quantiles ?? {})) ?? '');
  return oneOf(feature.categories ?? []) ?? '';
}

const oneOf = <T,>(values: readonly T[]): T | undefined => values[Math.floor(Math.random() * values.length)];
