import type { DriftReport } from '../../lib/http/schemas/drift.ts';
import { findChampion } from '../../lib/registry/champion.ts';
import { modelNames } from '../../lib/registry/model-names.ts';
import { putNotice } from '../../lib/registry/notices.ts';
import { compareRecent } from './compare-recent.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { type GatherReport, gatherPredictions } from './gather-predictions.ts';
import { type AccuracyReport, liveAccuracy } from './live-accuracy.ts';
import { PredictionFiles } from './prediction-files.ts';
import { keepReport } from './reports.ts';

export interface ModelMonitoring {
  readonly model: string;
  readonly drift: DriftReport['status'] | 'idle';
  readonly accuracy: AccuracyReport['versions'];
}

export interface MonitorReport {
  readonly gathered: GatherReport;
  readonly models: readonly ModelMonitoring[];
}

/**
 * Gathers the predictions that predict logged. Compares each champion's predictions with its baseline, and
 * measures how often they were right. A model or a log that cannot be read does not stop the work on the
 * others, but fails the invocation at its end.
 *
 * @throws AggregateError of all failures
 */
export async function monitor(deps: MonitorDependencies): Promise<MonitorReport> {
  const files = new PredictionFiles(deps.s3, deps.predictionsBucket);
  const faults: unknown[] = [];
  const attempt = async <T>(what: object, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      deps.logger.error('monitoring failed', { ...what, error: error as Error });
      faults.push(error);
      return undefined;
    }
  };
  const gathered = await attempt({ step: 'gather' }, () => gather(files, deps));
  const models: ModelMonitoring[] = [];
  for await (const model of modelNames(deps.table)) {
    const seen = await attempt({ model }, () => monitorModel(model, files, deps));
    if (seen) models.push(seen);
  }
  if (faults.length > 0) throw new AggregateError(faults, `monitoring failed ${faults.length} times`);
  return { gathered: gathered!, models };
}

async function gather(files: PredictionFiles, deps: MonitorDependencies): Promise<GatherReport> {
  const report = await gatherPredictions(files, deps);
  for (const [model, count] of Object.entries(report.added))
    deps.emit('predictionsGathered', { model }, count);
  if (report.unreadable > 0)
    deps.logger.warn('lines of the prediction log are no records', { lines: report.unreadable });
  return report;
}

async function monitorModel(
  model: string,
  files: PredictionFiles,
  deps: MonitorDependencies,
): Promise<ModelMonitoring> {
  const { champion } = await findChampion(deps.table, model);
  const drift = champion && (await compareRecent(champion, files, deps));
  if (drift) await publishDrift(drift, deps);
  const accuracy = await liveAccuracy(model, files, deps);
  if (accuracy) await publishAccuracy(accuracy, champion?.version, deps);
  return { model, drift: drift?.status ?? 'idle', accuracy: accuracy?.versions ?? [] };
}

/**
 * Gauges are emitted at every run, so that a viewer sees that they are still valid. The log and the bucket
 * get only new findings.
 */
async function publishDrift(report: DriftReport, deps: MonitorDependencies): Promise<void> {
  const { model, version, status, summary, records, columns } = report;
  const drifting = columns.filter((column) => column.drifting).length;
  // The notice comes before the report: a run that ends in between does both again.
  const isNew = await keepReport('drift', report, deps, async () => {
    if (status === 'drift') await tellDrift(report, drifting, deps);
  });
  if (status !== 'drift' && status !== 'no_drift') return;
  deps.emit('driftTestedRecords', { model }, records);
  deps.emit('driftedFeatures', { model }, drifting);
  deps.emit('driftDetected', { model }, status === 'drift' ? 1 : 0);
  if (isNew && status === 'drift') deps.logger.warn('drift', { model, version, detail: summary });
}

async function tellDrift(
  { model, version, artifact_sha256, records, from, to, columns }: DriftReport,
  drifting: number,
  { table }: MonitorDependencies,
): Promise<void> {
  const facts = { model, version, artifact_sha256, records, from, to, columns: columns.length, drifting };
  await putNotice(table, `${model}#drift#v${version}#${to}`, { kind: 'drift', ...facts });
}

async function publishAccuracy(
  report: AccuracyReport,
  champion: number | undefined,
  deps: MonitorDependencies,
): Promise<void> {
  const { model } = report;
  await keepReport('accuracy', report, deps);
  const live = report.versions.find(({ version }) => version === champion);
  if (!live) return;
  deps.emit('liveAccuracy', { model }, live.accuracy);
  deps.emit('feedbackCount', { model }, live.labelled);
}
