/**
 * Headers that belong to one connection only, so that a gateway never forwards them. Source: RFC 9110,
 * section 7.6.1.
 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Whether a header belongs to one connection only.
 *
 * @param name in lower case
 */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}
