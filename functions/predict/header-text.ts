/** Makes any text printable ASCII. Other characters would make the whole answer fail or split its headers. */
export function headerText(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength)
    .toWellFormed()
    .replaceAll(/[^!-$&-~]/gu, encodeURIComponent);
}

/**
 * Encodes a text as one item of a header. Percent-encoding, as in a URL, keeps separators (`,`, `;`, `=`) out
 * of the text.
 *
 * @param maxLength of the encoded text; a longer text is cut after a whole character and ends in `...`
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
