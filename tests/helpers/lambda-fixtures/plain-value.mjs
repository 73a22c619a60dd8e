/** Returns no promise and takes no callback. */
export function handler() {
  return 'lost';
}
