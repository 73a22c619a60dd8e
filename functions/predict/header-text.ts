/** Printable ASCII whatever the text is: anything else would fail the whole answer, or split its headers. */
export function headerText(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength)
    .toWellFormed()
    .replaceAll(/[^!-$&-~]/gu, encodeURIComponent);
}

/**
 * A text as one item of a header: percent-encoded as in a URL, so that what parts items (`,`, `;`, `=`) is none of its own.
 *
 * @param maxLength of the encoded text; what is longer ends in `...`, after a whole character
 */
export function encodedText(text: string, maxLength: number): string {
  let encoded = '';
  for (const character of text.slice(0, maxLength + 1).toWellFormed()) {
    const next = encodeURIComponent(character);
    if (encoded.length + next.length > maxLength) return `${encoded}...`;
    encoded += next;
  }
  return encoded;
}
