import { shown } from '../../text-safety.ts';

/**
 * Advice to name another label.
 *
 * @param others columns that may be meant, the likeliest first
 */
export function anotherLabel(others: readonly string[]): string {
  const examples = others.length > 0 ? `, such as ${others.map(shown).join(' or ')}` : '';
  return `name another label${examples}: "label" in schema.json`;
}
