import { parseArgs } from 'node:util';
import {
  isTokenText,
  TOKEN_ID_DIGITS,
  tokenModelsFault,
  tokenNameFault,
  tokenSha256,
} from '../registry/token-format.ts';
import { SCOPES, type Scope } from '../routes.ts';
import { parseExpiry } from './token-expiry.ts';

export const TOKEN_USAGE = `Usage: npm run --silent token -- create --scope <scope> [--scope <scope>] [--model <model>]
                                        [--name <name>] [--expires <when>]
       npm run --silent token -- list
       npm run --silent token -- revoke <id>

Makes, lists and revokes API tokens. A token is shown once, alone on standard output, and only its SHA-256 is stored. Several are
valid at once: to rotate, make the new one, put it in use, and revoke the old one. A revoked token is refused within 60 s.

  --scope <scope>    what it allows: ${SCOPES.join(', ')}; each on its own, several are given one by one
  --model <model>    the model that it is for, several are given one by one (default: all models)
  --name <name>      who acts, in the registry's logs (default: your user name)
  --expires <when>   30m, 12h, 90d, a date like 2030-01-31, or never (default 90d)
  --endpoint <url>   DynamoDB (default http://127.0.0.1:9001, that of \`npm start\`)
  --aws              AWS instead, with this machine's credentials and region
  --table <name>     the registry's table (default classifier-registry)
  --json             one JSON document on standard output
  -h, --help         print this

revoke also takes a token itself, such as one that was found where it should not be.

Exit codes: 0 done, 1 the table could not be reached or knows no such token, 2 wrong usage.
`;

export const DEFAULT_ENDPOINT = 'http://127.0.0.1:9001';
export const DEFAULT_TABLE = 'classifier-registry';
const DEFAULT_EXPIRY = '90d';

export type TokenAction =
  | {
      readonly kind: 'create';
      readonly scopes: readonly Scope[];
      /** undefined for all models */
      readonly models: readonly string[] | undefined;
      readonly name: string;
      readonly expiresAtMs: number | null;
    }
  | { readonly kind: 'list' }
  /** @property id the first digits of a sha256, or all of it */
  | { readonly kind: 'revoke'; readonly id: string };

export interface TokenOptions {
  readonly action: TokenAction;
  /** undefined for AWS */
  readonly endpoint: string | undefined;
  readonly table: string;
  readonly json: boolean;
}

/**
 * Reads the command line of the token command.
 *
 * @returns undefined when help was requested
 * @throws TypeError that names the mistake; it never quotes a token
 */
export function parseTokenCommandLine(
  args: readonly string[],
  nowMs: number,
  userName: string,
): TokenOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      scope: { type: 'string', multiple: true },
      model: { type: 'string', multiple: true },
      name: { type: 'string' },
      expires: { type: 'string' },
      endpoint: { type: 'string' },
      aws: { type: 'boolean', default: false },
      table: { type: 'string', default: DEFAULT_TABLE },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { aws, table, json } = values;
  if (aws && values.endpoint !== undefined) throw new TypeError('expected --aws or --endpoint, got both');
  const endpoint = aws ? undefined : endpointOf(values.endpoint ?? DEFAULT_ENDPOINT);
  return { action: actionOf(positionals, values, nowMs, userName), endpoint, table, json };
}

interface CreateValues {
  readonly scope?: string[] | undefined;
  readonly model?: string[] | undefined;
  readonly name?: string | undefined;
  readonly expires?: string | undefined;
}

function actionOf(
  [kind, id, ...others]: readonly string[],
  values: CreateValues,
  nowMs: number,
  userName: string,
): TokenAction {
  const { scope, model, name, expires } = values;
  if (kind === 'create') {
    if (id !== undefined) throw new TypeError('create: expected options only, got an argument');
    return {
      kind,
      scopes: scopesOf(scope ?? []),
      models: model && modelsOf(model),
      name: nameOf(name ?? userName),
      expiresAtMs: parseExpiry(expires ?? DEFAULT_EXPIRY, nowMs),
    };
  }
  const foreign = Object.entries({ scope, model, name, expires }).find(([, value]) => value !== undefined);
  if (foreign) throw new TypeError(`--${foreign[0]}: belongs to create only`);
  if (kind === 'list' && id === undefined) return { kind };
  if (kind === 'revoke' && id !== undefined && others.length === 0) return { kind, id: idOf(id) };
  throw new TypeError('expected create, list, or revoke <id>');
}

function scopesOf(texts: readonly string[]): Scope[] {
  const unknown = texts.find((text) => !SCOPES.some((scope) => scope === text));
  if (unknown !== undefined)
    throw new TypeError(`--scope: expected one of ${SCOPES.join(', ')}, got "${unknown}"`);
  if (texts.length === 0) throw new TypeError(`--scope: expected one or more of ${SCOPES.join(', ')}`);
  return SCOPES.filter((scope) => texts.includes(scope));
}

function modelsOf(names: readonly string[]): readonly string[] {
  const fault = tokenModelsFault(names);
  if (fault !== undefined) throw new TypeError(`--model: ${fault}`);
  return names;
}

function nameOf(text: string): string {
  const fault = tokenNameFault(text);
  if (fault !== undefined) throw new TypeError(`--name: ${fault}`);
  return text;
}

function idOf(text: string): string {
  if (isTokenText(text)) return tokenSha256(text);
  if (/^[0-9a-f]{12,64}$/.test(text)) return text;
  throw new TypeError(
    `revoke: expected an id of ${TOKEN_ID_DIGITS} hexadecimal digits as \`list\` shows them, or a token`,
  );
}

function endpointOf(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new TypeError(`--endpoint: expected a URL like ${DEFAULT_ENDPOINT}, got "${text}"`);
}
