import type { TRAINING_PHASES } from '../../lib/telemetry/metric-names.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

type Phase = (typeof TRAINING_PHASES)[number];

export interface PhaseTimerDependencies {
  readonly emit: EmitMetric;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Emits the duration of each phase of a training when the phase ends. So the metrics of an aborted training
 * show which phase it had reached.
 */
export class PhaseTimer {
  readonly #deps: PhaseTimerDependencies;
  #current: { readonly phase: Phase; readonly startedMs: number } | undefined;

  constructor(deps: PhaseTimerDependencies) {
    this.#deps = deps;
  }

  /** Starts a phase and ends the one before it, if any. Starting the current phase again lets it continue. */
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
