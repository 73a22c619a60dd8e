import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from './s3-error.ts';

/** A parsed element: text, or children by name. A repeated child is an array. */
export type ParsedElement = string | { readonly [name: string]: ParsedElement | readonly ParsedElement[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  // An object's key may begin or end with spaces.
  trimValues: false,
  // Clients write a carriage return in a key as a numeric reference such as &#xD;.
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/**
 * Parses a request's XML body and returns its root element, which must be called `root`. Throws S3Error
 * MalformedXML for anything else, and for a document type declaration, which S3 never needs.
 */
export function parseRequestXml(body: string, root: string): ParsedElement {
  if (/<!DOCTYPE/i.test(body)) throw malformed('a document type declaration is not allowed');
  const verdict = XMLValidator.validate(body);
  if (verdict !== true) throw malformed(`line ${verdict.err.line}: ${verdict.err.msg}`);
  const parsed = parse(body);
  const element = typeof parsed === 'string' ? undefined : parsed[root];
  if (element === undefined || isList(element)) throw malformed(`expected the root element ${root}`);
  return element;
}

/** The parser throws for dangerous input: names such as __proto__, or nesting that is too deep. */
function parse(body: string): ParsedElement {
  try {
    return parser.parse(body);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

/** The children of that name, in document order. The list may be empty. */
export function childrenOf(element: ParsedElement, name: string): readonly ParsedElement[] {
  if (typeof element === 'string') return [];
  const child = Object.hasOwn(element, name) ? element[name] : undefined;
  if (child === undefined) return [];
  return isList(child) ? child : [child];
}

/**
 * The text of the only child of that name, or undefined when there is none. Throws S3Error MalformedXML
 * otherwise.
 */
export function textOf(element: ParsedElement, name: string): string | undefined {
  const [first, ...others] = childrenOf(element, name);
  if (first === undefined) return undefined;
  if (typeof first !== 'string' || others.length > 0) throw malformed(`expected one ${name} holding text`);
  return first;
}

/** Like textOf, for a required child. Throws S3Error MalformedXML when it is missing. */
export function requiredTextOf(element: ParsedElement, name: string): string {
  const text = textOf(element, name);
  if (text === undefined) throw malformed(`expected the element ${name}`);
  return text;
}

/** S3's error for XML that does not follow its schema; `reason` says what is wrong. */
export function malformed(reason: string): S3Error {
  return new S3Error(
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema: ${reason}.`,
  );
}

function isList(value: ParsedElement | readonly ParsedElement[]): value is readonly ParsedElement[] {
  return Array.isArray(value);
}
