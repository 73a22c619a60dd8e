/**
 * A set cannot be read, and another try would change nothing. The state machine knows the error by its name,
 * and does not retry it.
 */
export class SetFailure extends Error {
  override readonly name = 'SetFailure';
}
