import { xorshift } from './xorshift.ts';

/** A table of four numbers, and a class that they say. */
export function threeClasses(rows: number, seed: number): string {
  const draw = xorshift(seed);
  const lines = Array.from({ length: rows }, () => {
    const numbers = Array.from({ length: 4 }, () => Math.round(draw() * 1e6) / 1e6);
    const label = ['low', 'middle', 'high'][Math.floor(1.5 * (numbers[0]! + numbers[1]!))];
    return [...numbers, label].join(',');
  });
  return ['a,b,c,d,label', ...lines, ''].join('\n');
}
