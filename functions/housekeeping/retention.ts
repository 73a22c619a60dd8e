import { decisionLog } from '../../lib/registry/decisions.ts';
import { modelNames } from '../../lib/registry/model-names.ts';
import { newestVersion, versionLog } from '../../lib/registry/versions.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import { type RetireDependencies, retireVersions } from './retire-versions.ts';
import { type SweepDependencies, type SweepReport, sweepArtifacts } from './sweep-artifacts.ts';

export interface RetentionDependencies extends RetireDependencies, SweepDependencies {
  readonly logger: Logger;
}

export interface RetentionReport extends SweepReport {
  readonly retired: readonly { readonly model: string; readonly version: number }[];
}

/**
 * Retires, in each model, the versions that the rule no longer keeps. Then deletes the artifacts of versions
 * that were retired earlier.
 *
 * @throws AggregateError after all models were processed, when any of them failed
 */
export async function applyRetention(deps: RetentionDependencies): Promise<RetentionReport> {
  const reports: RetentionReport[] = [];
  const faults: unknown[] = [];
  for await (const model of modelNames(deps.table)) {
    try {
      if (await isAnythingDue(model, deps)) reports.push(await retainModel(model, deps));
    } catch (error) {
      deps.logger.error('retention failed', { model, error: error as Error });
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `retention failed for ${faults.length} models`);
  return {
    retired: reports.flatMap(({ retired }) => retired),
    deleted: reports.flatMap(({ deleted }) => deleted),
    kept: reports.flatMap(({ kept }) => kept),
  };
}

/** Most models have few versions. This check avoids reading all of them every few minutes. */
async function isAnythingDue(model: string, { table, policy }: RetentionDependencies): Promise<boolean> {
  const newest = await newestVersion(table, model);
  if (newest && newest.version > policy.versions) return true;
  return (await decisionLog(table, model)).some(({ action }) => action === 'retire');
}

async function retainModel(model: string, deps: RetentionDependencies): Promise<RetentionReport> {
  const versions = await versionLog(deps.table, model);
  const retired = await retireVersions(model, versions, deps);
  const decisions = await decisionLog(deps.table, model);
  const { deleted, kept } = await sweepArtifacts(model, { versions, decisions }, deps);
  for (const each of kept) deps.logger.warn('an artifact of retired versions is kept', { ...each });
  if (retired.length + deleted.length > 0)
    deps.logger.info('retention', { model, retired, deleted: deleted.length });
  return { retired: retired.map((version) => ({ model, version })), deleted, kept };
}
