import { RAW_BUCKET } from './topology.ts';

/** Where the token command looks by itself. */
const DEFAULT_DYNAMODB = 'http://127.0.0.1:9001';

/** What decides the lines: the addresses, whether requests need a token, and whether there is none yet. */
export interface TryItFacts {
  readonly api: string;
  readonly s3: string;
  readonly dynamodb: string;
  readonly auth: boolean;
  readonly needsToken: boolean;
}

/** Lines to paste into a shell, in an order in which they work. */
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
