/** One element: its name, and its text or its children. An element whose content is undefined is left out. */
export type XmlElement = readonly [name: string, content: XmlContent];
type XmlContent = string | number | boolean | readonly XmlElement[] | undefined;

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Writes an answer of S3 as an XML document. Text is escaped; names are trusted. */
export function xmlDocument(root: string, content: readonly XmlElement[] | string): string {
  return `${DECLARATION}<${root} xmlns="${NAMESPACE}">${serializeContent(content)}</${root}>`;
}

/** Writes an error document of S3, the only kind of answer without a namespace. */
export function xmlErrorDocument(children: readonly XmlElement[]): string {
  return `${DECLARATION}<Error>${serialize(children)}</Error>`;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

function serialize(elements: readonly XmlElement[]): string {
  let text = '';
  for (const [name, content] of elements) {
    if (content !== undefined) text += `<${name}>${serializeContent(content)}</${name}>`;
  }
  return text;
}

function serializeContent(content: Exclude<XmlContent, undefined>): string {
  return typeof content === 'object' ? serialize(content) : escapeText(String(content));
}

/**
 * Control characters become character references, as in S3: a parser would drop a raw carriage return.
 * References to the other control characters are not well-formed XML 1.0 either, which is why
 * `encoding-type=url` exists.
 */
function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: object keys may hold control characters
  return text.replace(/[&<>"\u0000-\u001f\u007f]/g, (character) => {
    return NAMED_ENTITIES[character] ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });
}

const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
