import type { DriftReport } from '../../lib/http/schemas/drift.ts';
import { putObject, readObject } from '../../lib/storage/objects.ts';
import type { MonitorDependencies } from './dependencies.ts';
import type { AccuracyReport } from './live-accuracy.ts';
import { dayPath } from './prediction-files.ts';

interface Reports {
  readonly drift: DriftReport;
  readonly accuracy: AccuracyReport;
}

/**
 * Stores a report as `<model>/<kind>/latest.json`, and a comparison also under the time of its last
 * prediction. Stores nothing when the report equals the last one.
 *
 * @param beforeLatest what else a new report makes necessary; it may be repeated
 * @returns whether the report is new
 */
export async function keepReport<K extends keyof Reports>(
  kind: K,
  report: Reports[K],
  { s3, predictionsBucket: bucket }: Pick<MonitorDependencies, 's3' | 'predictionsBucket'>,
  beforeLatest: () => Promise<void> = async () => undefined,
): Promise<boolean> {
  const latest = { bucket, key: `${report.model}/${kind}/latest.json` };
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const former = await readObject(s3, latest);
  if (former && Buffer.from(former).toString('utf8') === text) return false;
  const dated = datedKey(report);
  if (dated !== undefined) await putObject(s3, { bucket, key: dated }, text, 'application/json');
  await beforeLatest();
  // Written last: a run that is interrupted before does all of this again.
  await putObject(s3, latest, text, 'application/json');
  return true;
}

/** `<model>/drift/2026/11/24/201355-v3.json` */
function datedKey(report: Reports[keyof Reports]): string | undefined {
  if (!('status' in report) || (report.status !== 'drift' && report.status !== 'no_drift')) return undefined;
  const { model, version, to } = report;
  const time = to.slice(11, 19).replaceAll(':', '');
  return `${model}/drift/${dayPath(Date.parse(to))}/${time}-v${version}.json`;
}
