/** Where the page is: the part of the address behind `#`. The server serves one page for all of them. */
export interface Location {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function locationOf(hash: string): Location {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query: new URLSearchParams(query),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Whoever typed a stray % meant it.
    return part;
  }
}

/** The address of a view. */
export function hashOf(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}
