import { optionalText, requiredText } from '../../lib/config.ts';
import { accessFields } from '../../lib/http/access.ts';
import { bucketName } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  RAW_BUCKET: bucketName('raw'),
  BATCHES_BUCKET: bucketName('batches'),
  AWS_REGION: requiredText('a region, as Lambda sets it'),
  AWS_ENDPOINT_URL_S3: optionalText("where S3 is, if not at the region's endpoint; on a laptop its own"),
  ...accessFields,
};
