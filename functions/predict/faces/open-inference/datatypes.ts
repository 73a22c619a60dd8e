/** An element of a tensor: a number, a text, a boolean, or a gap. */
export type Element = number | string | boolean | null;

/** What a datatype's elements are, and how they are written in binary. */
interface DatatypeForm {
  readonly wanted: string;
  /** Whether a value of JSON is an element. */
  takes(value: unknown): boolean;
  /** The bytes of an element in binary tensors; undefined for texts, each of which has its own length. */
  readonly elementBytes: number | undefined;
  read?(view: DataView, at: number): Element;
}

const isNumber = (value: unknown) => typeof value === 'number';
const isWhole = (min: number, max: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
const signed = (bits: number) => isWhole(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1);
const unsigned = (bits: number) => isWhole(0, 2 ** bits - 1);

const number = (
  wanted: string,
  elementBytes: number,
  takes: DatatypeForm['takes'],
  read: (view: DataView, at: number) => number,
): DatatypeForm => ({ wanted, elementBytes, takes, read });

/** Infinite, as no element may be, where no double holds the number. */
const exact = (value: bigint): number =>
  BigInt(Number(value)) === value ? Number(value) : Number.POSITIVE_INFINITY;

/** Little-endian, as the binary tensors are. */
const LITTLE = true;

/**
 * The datatypes of tensors that are taken. FP16 and BF16 are not: JSON has no form of them.
 */
const DATATYPES = {
  BOOL: {
    wanted: 'a boolean',
    elementBytes: 1,
    takes: (value) => typeof value === 'boolean',
    read: (view, at) => view.getUint8(at) !== 0,
  },
  UINT8: number('a whole number from 0 to 255', 1, unsigned(8), (view, at) => view.getUint8(at)),
  UINT16: number('a whole number of 16 bits', 2, unsigned(16), (view, at) => view.getUint16(at, LITTLE)),
  UINT32: number('a whole number of 32 bits', 4, unsigned(32), (view, at) => view.getUint32(at, LITTLE)),
  UINT64: number('a whole number of 64 bits', 8, unsigned(64), (view, at) =>
    exact(view.getBigUint64(at, LITTLE)),
  ),
  INT8: number('a whole number from -128 to 127', 1, signed(8), (view, at) => view.getInt8(at)),
  INT16: number('a whole number of 16 bits', 2, signed(16), (view, at) => view.getInt16(at, LITTLE)),
  INT32: number('a whole number of 32 bits', 4, signed(32), (view, at) => view.getInt32(at, LITTLE)),
  INT64: number('a whole number of 64 bits', 8, signed(64), (view, at) =>
    exact(view.getBigInt64(at, LITTLE)),
  ),
  FP32: number('a number', 4, isNumber, (view, at) => view.getFloat32(at, LITTLE)),
  FP64: number('a number', 8, isNumber, (view, at) => view.getFloat64(at, LITTLE)),
  BYTES: { wanted: 'a text', elementBytes: undefined, takes: (value) => typeof value === 'string' },
} as const satisfies Readonly<Record<string, DatatypeForm>>;

export type Datatype = keyof typeof DATATYPES;

export const DATATYPE_NAMES = Object.keys(DATATYPES);

/** The form of a datatype; undefined for one that is not taken. */
export const datatypeForm = (name: string): DatatypeForm | undefined =>
  Object.hasOwn(DATATYPES, name) ? DATATYPES[name as Datatype] : undefined;
