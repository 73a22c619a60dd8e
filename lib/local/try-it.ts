import { RAW_BUCKET } from './topology.ts';

/** The default address of the token command. */
const DEFAULT_DYNAMODB = 'http://127.0.0.1:9001';

/** The inputs of the lines: addresses, whether requests need a token, and whether none exists yet. */
export interface TryItFacts {
  readonly api: string;
  readonly s3: string;
  readonly dynamodb: string;
  readonly auth: boolean;
  readonly needsToken: boolean;
}

/** Lines to paste into a shell, in working order. */
export function tryIt({ api, s3, dynamodb, auth, needsToken }: TryItFacts): string[] {
  const header = auth ? ' -H "Authorization: Bearer $TOKEN"' : '';
  const endpoint = dynamodb === DEFAULT_DYNAMODB ? '' : ` --endpoint ${dynamodb}`;
  const create = `TOKEN=$(npm run --silent token -- create --scope predict --scope metrics${endpoint})`;
  return [
    ...(needsToken ? [create] : []),
    `curl -s ${api}/predict${header} --json '{"features":[5.1,3.5,1.4,0.2]}'`,
    `aws --endpoint-url ${s3} s3 cp my.csv s3://${RAW_BUCKET}/my-model/my.csv`,
    `curl -s ${api}/metrics${header}`,
  ];
}
