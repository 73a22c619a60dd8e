/** A fault that strict reading must find: its code and path. */
export type JsonFault = readonly [code: string, path: string];

/**
 * Reads a valid JSON text by recursive descent and lists every fault in the order of the text. It is slow and
 * plain, and the product's one-pass reader is compared with it. It shares no code with that reader, and
 * judges numbers by their digits.
 */
export function jsonFaults(text: string, maxDepth: number): JsonFault[] {
  const faults: JsonFault[] = [];
  let at = 0;
  const space = () => {
    while (' \t\r\n'.includes(text[at] ?? 'x')) at++;
  };
  const string = (): string => {
    const from = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    return JSON.parse(text.slice(from, at)) as string;
  };
  const members = (open: string, close: string, read: (index: number) => void) => {
    if (text[at] !== open) throw new Error(`the reference expected ${open} at ${at}`);
    at++;
    for (let index = 0; ; index++) {
      space();
      if (text[at] === close) break;
      if (text[at] === ',') at++;
      space();
      read(index);
    }
    at++;
  };
  const value = (path: string, depth: number): void => {
    space();
    const first = text[at]!;
    if ((first === '{' || first === '[') && depth === maxDepth) faults.push(['json_depth', path]);
    if (first === '[') members('[', ']', (index) => value(`${path}[${index}]`, depth + 1));
    else if (first === '{') {
      const seen: string[] = [];
      members('{', '}', () => {
        const name = string();
        const here = path === '' ? name : `${path}.${name}`;
        if (name === '__proto__') faults.push(['json_name', here]);
        if (seen.some((other) => other === name)) faults.push(['json_duplicate', here]);
        if (hasLoneSurrogate(name)) faults.push(['json_surrogate', here]);
        seen.push(name);
        space();
        at++;
        value(here, depth + 1);
      });
    } else if (first === '"') {
      if (hasLoneSurrogate(string())) faults.push(['json_surrogate', path]);
    } else {
      const token = /^[^\s,\]}]+/.exec(text.slice(at))![0];
      at += token.length;
      if (/^[-\d]/.test(token) && !isHeld(token)) faults.push(['json_number', path]);
    }
  };
  value('', 0);
  return faults;
}

function hasLoneSurrogate(text: string): boolean {
  return [...text].some((char) => char.length === 1 && char >= '\ud800' && char <= '\udfff');
}

/**
 * Whether a double can hold a number: finite, not 0 unless its digits are 0, and exact when it is written as
 * a whole number.
 */
function isHeld(token: string): boolean {
  const value = Number.parseFloat(token);
  if (!Number.isFinite(value)) return false;
  if (value === 0) return [...token.split(/e/i)[0]!].every((char) => '-.0'.includes(char));
  return /[.e]/i.test(token) || value.toLocaleString('en', { useGrouping: false }) === token;
}
