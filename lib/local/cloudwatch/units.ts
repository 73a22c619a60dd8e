/**
 * Every unit that CloudWatch knows, in the order of its own error message. The store keeps a unit as its
 * index.
 */
export const UNITS = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Percent',
  'Count',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Count/Second',
  'None',
] as const;

export type Unit = (typeof UNITS)[number];

/** Whether a text is one of CloudWatch's units, case-sensitively. */
export function isUnit(text: unknown): text is Unit {
  return (UNITS as readonly unknown[]).includes(text);
}
