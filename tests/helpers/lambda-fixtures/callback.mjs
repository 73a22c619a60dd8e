/**
 * Answers through the callback, as old handlers do.
 *
 * @param {{ fail?: boolean }} event
 * @param {object} _context
 * @param {(error: unknown, result?: unknown) => void} callback
 */
export function handler(event, _context, callback) {
  setTimeout(() => (event.fail ? callback(new Error('by callback')) : callback(null, 'by callback')), 1);
}
