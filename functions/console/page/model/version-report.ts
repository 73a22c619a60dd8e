import type { VersionDetail } from '../../../../lib/http/schemas/models-api.ts';
import type { ModelReport } from '../../../../lib/training/model-report.ts';
import { getJson, modelPath } from '../api/client.ts';

/** What the training of a version reported. An older release's report may lack parts. */
export const reportOf = (model: string, version: number, signal: AbortSignal) =>
  getJson<ModelReport>(modelPath(model, `/versions/${version}/report`), signal);

export const versionOf = (model: string, version: number | string, signal: AbortSignal) =>
  getJson<VersionDetail>(modelPath(model, `/versions/${encodeURIComponent(version)}`), signal);
