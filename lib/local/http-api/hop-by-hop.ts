/** Headers that concern one connection only and so never cross a gateway. Source: RFC 9110, section 7.6.1. */
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

/** Whether a header, by its name in lower case, stays on its own connection. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}
