import type { Model, PredictionObserver } from '../../lib/classifier/model.ts';
import { CLASS_CODES, COUNTED_CLASSES } from '../../lib/telemetry/metric-names.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

/** A place in CLASS_CODES by class index, of every model that was asked. */
const CODES = new WeakMap<Model, Uint8Array>();

/** Sums up the predictions of one request, so that a batch of thousands is a handful of metrics. */
export class PredictionTally implements PredictionObserver {
  readonly #codes: Uint8Array;
  readonly #counts = new Uint32Array(CLASS_CODES.length);
  #instances = 0;
  #confidence = 0;
  #novel = 0;

  constructor(model: Model) {
    this.#codes = codesOf(model);
  }

  observe(label: number, confidence: number, isNovel: boolean): void {
    this.#counts[this.#codes[label]!]! += 1;
    this.#instances += 1;
    this.#confidence += confidence;
    if (isNovel) this.#novel += 1;
  }

  get instances(): number {
    return this.#instances;
  }

  /** @param model by name: whose predictions they are */
  emit(emit: EmitMetric, model: string): void {
    for (let code = 0; code < this.#counts.length; code++) {
      const count = this.#counts[code]!;
      if (count > 0) emit('predictions', { model, class: CLASS_CODES[code]! }, count);
    }
    if (this.#instances > 0) emit('confidence', { model }, thousandths(this.#confidence / this.#instances));
    emit('novelInstances', { model }, this.#novel);
  }
}

/** Enough for a chart; every digit is paid for, by the million. */
const thousandths = (value: number) => Math.round(value * 1000) / 1000;

function codesOf(model: Model): Uint8Array {
  const known = CODES.get(model);
  if (known) return known;
  const codes = new Uint8Array(model.meta.classes.length).fill(COUNTED_CLASSES);
  for (const [code, label] of model.largestClasses(COUNTED_CLASSES).entries()) codes[label] = code;
  CODES.set(model, codes);
  return codes;
}
