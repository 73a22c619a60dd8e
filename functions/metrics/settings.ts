import { integerOr, textOr } from '../../lib/config.ts';
import { accessFields } from '../../lib/http/access.ts';
import { registryTable } from '../../lib/shared-settings.ts';

/** The function's environment variables. */
export const settings = {
  REGISTRY_TABLE: registryTable(),
  METRICS_REFRESH_SECONDS: integerOr(
    60,
    { min: 1, max: 3600 },
    'one read of CloudWatch serves all scrapes of all instances for so long',
  ),
  FUNCTION_PREFIX: textOr('', "what deployed functions' names begin with; Terraform sets it"),
  ...accessFields,
};
