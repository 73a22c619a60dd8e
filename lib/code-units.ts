/** Code-unit order: the same on every machine, whatever its locale. For `sort`. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
