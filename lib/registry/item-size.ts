import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ClassifierError } from '../errors.ts';

/** The most bytes of an item. DynamoDB takes four times as many, and bills every read of them. */
export const MAX_ITEM_BYTES = 100 * 1024;

/** An item as DynamoDB's JSON has it, or as the SDK sends it: only there are binary values bytes. */
type Attributes = Readonly<Record<string, Partial<AttributeValue>>>;

/**
 * The size of an item as DynamoDB counts it: names and texts in UTF-8.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Attributes): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));
}

function valueBytes({ S, N, B, SS, NS, BS, L, M }: Partial<AttributeValue>): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberBytes(N);
  if (B !== undefined) return binaryBytes(B);
  if (SS !== undefined) return sum(SS.map((text) => Buffer.byteLength(text)));
  if (NS !== undefined) return sum(NS.map(numberBytes));
  if (BS !== undefined) return sum(BS.map(binaryBytes));
  // A list or a map takes 3 bytes, and each of its members one.
  if (L !== undefined) return 3 + L.length + sum(L.map(valueBytes));
  if (M !== undefined) return 3 + Object.keys(M).length + itemBytes(M);
  // NULL and BOOL.
  return 1;
}

/** Two digits a byte, and one byte more. DynamoDB trims zeros, so that it may count a little less. */
const numberBytes = (digits: string) => Math.ceil(digits.length / 2) + 1;

/** DynamoDB's JSON has binary values as base64. */
const binaryBytes = (value: Uint8Array | string) =>
  typeof value === 'string' ? Buffer.byteLength(value, 'base64') : value.byteLength;

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/**
 * Holds every item below the bound, whatever the data: what a person reads as an error here would be an error
 * of DynamoDB only for much data, and nobody would have tried that.
 *
 * @param of the keys of the item, for the message
 * @throws ClassifierError `item_size`
 */
export function checkItemSize(
  of: { readonly pk: string; readonly sk: string },
  item: Attributes,
  maxBytes = MAX_ITEM_BYTES,
): void {
  const bytes = itemBytes(item);
  if (bytes <= maxBytes) return;
  throw new ClassifierError(
    'item_size',
    `the registry's item ${of.pk} ${of.sk}: expected at most ${maxBytes} bytes, got ${bytes}`,
  );
}
