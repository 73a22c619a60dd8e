type Random = (below: number) => number;

/** Texts that have a meaning for some layer: JSON, numbers, encodings, prototypes, spreadsheets. */
export const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '""',
    '{}',
    '[]',
    'null',
    'true',
    'NaN',
    'Infinity',
    '//',
    "'",
    ',]',
    'undefined',
    '\0',
    '\ufeff',
    ' ',
    '\u2028',
  ],
  ...[
    '0',
    '-0',
    '-',
    '1e999',
    '-1e999',
    '1e-999',
    '9007199254740993',
    '1.7976931348623157e308',
    '01',
    '+1',
    '.5',
    '0x10',
    '1e',
    '1_000',
  ],
  ...[
    '"__proto__":{"x":1},',
    '"constructor":1,',
    '"features":[],',
    '"instances":[],',
    '"a":1,"a":1,',
    '"species":"setosa",',
    '"\\u005f_proto__":1,',
  ],
  ...[
    '"\\ud800"',
    '"\\u0000"',
    '"\\x"',
    '"\u202e"',
    '"\u00e9"',
    '"\u{1f600}"',
    '"=1+1"',
    '"%00"',
    '"../../etc/passwd"',
    '"$(id)"',
  ],
  ...['['.repeat(40), '{"a":'.repeat(40), '"'.repeat(9), 'x'.repeat(500)],
];

const BYTES = ['ff', 'c080', 'eda080', 'e282', 'f5', '80', '00', '0a', '0d0a0d0a'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

const oneOf = <T>(random: Random, values: readonly T[]): T => values[random(values.length)]!;

/** Cuts, repeats, flips or inserts some bytes. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1);
  const to = Math.min(bytes.length, at + random(20));
  switch (random(5)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    case 2:
      return bytes.subarray(0, at);
    case 3: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped.writeUInt8(random(256), at);
      return flipped;
    }
    default:
      return Buffer.concat([bytes.subarray(0, at), oneOf(random, BYTES), bytes.subarray(at)]);
  }
}

/** Puts a piece before a token, or in its place. */
export function mutateText(text: string, random: Random): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?[\d.eE+-]+|\w+|[\s\S]/g) ?? [];
  tokens.splice(random(tokens.length + 1), random(2), oneOf(random, PIECES));
  return tokens.join('');
}

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1e300,
    -1e300,
    5e-324,
    2 ** 53,
    1.5,
    '',
    'x',
    '1',
    'v1',
    'setosa',
    '__proto__',
    'a'.repeat(1000),
  ],
  ...[
    [],
    {},
    [[]],
    [{}],
    { features: [] },
    { instances: [] },
    { constructor: 1 },
    { length: 4 },
    Array(50).fill(1),
    '\u0000',
    '\u202e',
  ],
];

const NAMES = [
  'features',
  'instances',
  'constructor',
  'prototype',
  'toString',
  'length',
  '',
  'a',
  'version',
  'decision',
  'reason',
  'x'.repeat(300),
];

/**
 * The JSON text of a value after one mutation: a node is replaced, removed, wrapped, repeated, or gets a
 * sibling.
 */
export function mutateValue(value: unknown, random: Random): string {
  const copy = { root: structuredClone(value) };
  const places = placesOf(copy);
  const { holder, key } = oneOf(random, places);
  const node = holder[key];
  switch (random(6)) {
    case 0:
    case 1:
      holder[key] = oneOf(random, VALUES);
      break;
    case 2:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 3:
      holder[key] = wrapped(node, 1 + random(random(4) === 0 ? 60 : 3), random);
      break;
    case 4:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, ...Array(1 + random(300)).fill(node));
      else holder[oneOf(random, NAMES)] = node;
      break;
    default:
      holder[key] = joined(node, random);
  }
  return JSON.stringify(copy.root) ?? '';
}

type Holder = Record<string, unknown>;

function placesOf(holder: object): { holder: Holder; key: string }[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder: holder as Holder, key },
    ...(typeof value === 'object' && value !== null ? placesOf(value) : []),
  ]);
}

/** The node with one more member, or as a text when it can have none. */
function joined(node: unknown, random: Random): unknown {
  if (Array.isArray(node)) return [...node, oneOf(random, VALUES)];
  if (typeof node === 'object' && node !== null)
    return { ...node, [oneOf(random, NAMES)]: oneOf(random, VALUES) };
  return String(node);
}

function wrapped(node: unknown, levels: number, random: Random): unknown {
  let value = node;
  for (let level = 0; level < levels; level++)
    value = random(2) === 0 ? [value] : { [oneOf(random, NAMES)]: value };
  return value;
}
