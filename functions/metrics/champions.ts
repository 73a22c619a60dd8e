import { findChampion } from '../../lib/registry/champion.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { COUNTED_CLASSES } from '../../lib/telemetry/metric-names.ts';
import type { MetricFamily } from '../../lib/telemetry/prometheus.ts';

/** A model of the registry, with the exposed facts of its champion. */
export interface ModelFacts {
  readonly model: string;
  readonly champion: ChampionFacts | null;
}

export interface ChampionFacts {
  readonly version: number;
  readonly macro_f1: number | null;
  /** The classes that are counted one by one, in the order of their codes. */
  readonly classes: string[];
}

/** Every model of the registry. */
export async function readModelFacts(table: RegistryTable): Promise<ModelFacts[]> {
  const facts: ModelFacts[] = [];
  for await (const { sk: model } of table.list('MODELS', '')) {
    facts.push({ model, champion: await championFacts(table, model) });
  }
  return facts;
}

async function championFacts(table: RegistryTable, model: string): Promise<ChampionFacts | null> {
  const { champion } = await findChampion(table, model);
  if (!champion) return null;
  const { largest_classes: classes } = champion.lineage;
  return {
    version: champion.version,
    macro_f1: champion.metrics.macro_f1 ?? null,
    classes: Array.isArray(classes) ? classes.slice(0, COUNTED_CLASSES).map(String) : [],
  };
}

/** The champions as gauges. */
export function championFamilies(models: readonly ModelFacts[]): MetricFamily[] {
  const champions = models.flatMap(({ model, champion }) => (champion ? [{ model, ...champion }] : []));
  return [
    {
      name: 'classifier_model_info',
      type: 'gauge',
      help: 'The champion of each model; always 1.',
      samples: champions.map(({ model, version }) => ({
        labels: { model, version: `v${version}` },
        value: 1,
      })),
    },
    {
      name: 'classifier_model_macro_f1',
      type: 'gauge',
      help: "The champion's macro-F1 on the rows held out of its training.",
      samples: champions.flatMap(({ model, macro_f1: value }) =>
        value === null ? [] : [{ labels: { model }, value }],
      ),
    },
    {
      name: 'classifier_model_class_info',
      type: 'gauge',
      help: "The label of each class that the champion's predictions are counted by; always 1.",
      samples: champions.flatMap(({ model, classes }) =>
        classes.map((label, code) => ({ labels: { model, class: String(code), label }, value: 1 })),
      ),
    },
  ];
}
