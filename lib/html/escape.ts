import { escaped } from '../text-safety.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes text safe as HTML content and as an attribute's value in double or single quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Escapes text of unknown origin, and shows hidden characters as \u{202e} instead of obeying them. */
export function escapeVisibly(text: string): string {
  return escapeHtml(escaped(text));
}
