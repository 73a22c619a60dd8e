import type { LINEAGE_HEADERS, STALE_HEADERS } from '../../lib/http/schemas/predict-api.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';
import { headerText } from './header-text.ts';

/** Set when the registry did not confirm the answering version in time. */
export const STALE_HEADER: keyof typeof STALE_HEADERS = 'x-model-stale';

const MAX_TEXT_LENGTH = 200;

/** The headers that name the answering version and what it was trained from. */
export function lineageHeaders(
  entry: Pick<VersionEntry, 'model' | 'version' | 'artifact_sha256' | 'dataset_sha256' | 'lineage'>,
): Record<keyof typeof LINEAGE_HEADERS, string> {
  const { code_version: codeVersion } = entry.lineage;
  return {
    'x-model-name': headerText(entry.model, MAX_TEXT_LENGTH),
    'x-model-version': `v${entry.version}`,
    'x-model-artifact': entry.artifact_sha256,
    'x-model-dataset': entry.dataset_sha256,
    'x-model-code-version': headerText(
      typeof codeVersion === 'string' ? codeVersion : 'unknown',
      MAX_TEXT_LENGTH,
    ),
  };
}
