import { byCodeUnits } from './code-units.ts';
/**
 * JSON with object keys in code-unit order and no white space. Equal values give equal bytes, so a hash of
 * the JSON identifies the value. Values that JSON cannot hold are refused, while JSON.stringify drops them.
 *
 * @throws TypeError for undefined, functions, symbols, bigints and non-finite numbers, naming the path
 */
export function canonicalJson(value: unknown, path = '$'): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path}: JSON has no ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value))
    return `[${value.map((item, i) => canonicalJson(item, `${path}[${i}]`)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`${path}: JSON has no ${typeof value}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, `${path}.${key}`)}`);
  return `{${members.join(',')}}`;
}
