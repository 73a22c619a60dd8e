import type { TRAINING_PHASES } from '../../lib/telemetry/metric-names.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

type Phase = (typeof TRAINING_PHASES)[number];

export interface PhaseTimerDependencies {
  readonly emit: EmitMetric;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Emits how long each phase of a training took, at its end: what is broken off shows which phase it had reached. */
export class PhaseTimer {
  readonly #deps: PhaseTimerDependencies;
  #current: { readonly phase: Phase; readonly startedMs: number } | undefined;

  constructor(deps: PhaseTimerDependencies) {
    this.#deps = deps;
  }

  /** Ends the phase before it, if any. The current phase may begin again: it goes on. */
  begin(phase: Phase): void {
    if (this.#current?.phase === phase) return;
    this.end();
    this.#current = { phase, startedMs: this.#deps.now() };
  }

  end(): void {
    if (!this.#current) return;
    const { phase, startedMs } = this.#current;
    this.#deps.emit('trainingDuration', { phase }, this.#deps.now() - startedMs);
    this.#current = undefined;
  }
}
