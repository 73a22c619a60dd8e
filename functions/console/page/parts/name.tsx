/** Longer names are broken into lines, of which none shall be a single word. */
const MAX_LINE = 24;

/**
 * A name or a value of others within a table: as it is written, in its own direction. A short one stays in
 * one line, a long one is given room for several words.
 */
export const Name = ({ text }: { text: string }) => (
  <bdi class={text.length <= MAX_LINE ? 'short-name' : 'long-name'}>{text}</bdi>
);
