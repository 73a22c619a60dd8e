/**
 * What a header such as Accept lists, in lower case, with the weight of each. Source: RFC 9110, section
 * 12.4.2.
 */
function weightsOf(header: string): Map<string, number> {
  return new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return [name, Number(weight)] as const;
    }),
  );
}

/** Whether a client accepts gzip: it names gzip or `*`, with a weight above 0. */
export function acceptsGzip(acceptEncoding: string): boolean {
  const weights = weightsOf(acceptEncoding);
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** Whether a client would rather have a page than JSON, as a browser does that follows a link. */
export function prefersPage(accept: string): boolean {
  const weights = weightsOf(accept);
  const page = weights.get('text/html') ?? weights.get('text/*') ?? 0;
  const json = weights.get('application/json') ?? weights.get('application/*') ?? weights.get('*/*') ?? 0;
  return page > json;
}

/**
 * The media type that a client wants most, of those that are offered. Of equals it is the first.
 *
 * @param offered in lower case, the server's own choice first
 * @returns undefined when the client names none of them, or has no wish
 */
export function preferredType(accept: string, offered: readonly string[]): string | undefined {
  const weights = weightsOf(accept);
  const weightOf = (type: string) =>
    weights.get(type) ?? weights.get(`${type.slice(0, type.indexOf('/'))}/*`) ?? weights.get('*/*') ?? 0;
  let best: string | undefined;
  for (const type of offered) if (weightOf(type) > (best === undefined ? 0 : weightOf(best))) best = type;
  return best;
}
