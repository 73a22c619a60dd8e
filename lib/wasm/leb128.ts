/** LEB128, the integer encoding of the WebAssembly specification (section 5.2.2). */

export function unsigned(value: number): number[] {
  return value > 0x7f ? [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)] : [value];
}

export function signed(value: bigint): number[] {
  const low = Number(BigInt.asUintN(7, value));
  const rest = value >> 7n;
  const isDone = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
  return isDone ? [low] : [low | 0x80, ...signed(rest)];
}
