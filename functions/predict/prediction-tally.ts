import type { Model, PredictionObserver } from '../../lib/classifier/model.ts';
import { CLASS_CODES, COUNTED_CLASSES } from '../../lib/telemetry/metric-names.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

/** For every requested model: places in CLASS_CODES by class index. */
const CODES = new WeakMap<Model, Uint8Array>();

/**
 * Sums up the predictions of one request, so that a batch of thousands makes few metrics. `emit` does the
 * work that can wait until the answer is sent. Most requests have one instance, and a prediction takes only
 * microseconds, so work before the answer would show.
 */
export class PredictionTally implements PredictionObserver {
  readonly #model: Model;
  /** The label of the first instance; `#labels` has the others. */
  #firstLabel = -1;
  #labels: number[] | undefined;
  #instances = 0;
  #confidence = 0;
  #novel = 0;

  constructor(model: Model) {
    this.#model = model;
  }

  observe(label: number, confidence: number, isNovel: boolean): void {
    this.#instances += 1;
    this.#confidence += confidence;
    if (isNovel) this.#novel += 1;
    if (this.#firstLabel < 0) this.#firstLabel = label;
    else if (this.#labels) this.#labels.push(label);
    else this.#labels = [label];
  }

  get instances(): number {
    return this.#instances;
  }

  /** @param model the name of the model that made the predictions */
  emit(emit: EmitMetric, model: string): void {
    if (this.#instances === 0) return;
    const codes = codesOf(this.#model);
    // Most requests have one instance, and a Map would take longer than everything else here.
    if (!this.#labels) emit('predictions', { model, class: CLASS_CODES[codes[this.#firstLabel]!]! }, 1);
    else {
      for (const [code, count] of this.#counts(codes))
        emit('predictions', { model, class: CLASS_CODES[code]! }, count);
    }
    emit('confidence', { model }, thousandths(this.#confidence / this.#instances));
    emit('novelInstances', { model }, this.#novel);
  }

  #counts(codes: Uint8Array): Map<number, number> {
    const counts = new Map([[codes[this.#firstLabel]!, 1]]);
    for (const label of this.#labels ?? []) {
      const code = codes[label]!;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    return counts;
  }
}

/** These digits are enough for a chart. Further ones cost money, at millions of predictions. */
const thousandths = (value: number) => Math.round(value * 1000) / 1000;

function codesOf(model: Model): Uint8Array {
  const known = CODES.get(model);
  if (known) return known;
  const codes = new Uint8Array(model.meta.classes.length).fill(COUNTED_CLASSES);
  for (const [code, label] of model.largestClasses(COUNTED_CLASSES).entries()) codes[label] = code;
  CODES.set(model, codes);
  return codes;
}
