/**
 * A batch cannot be done, and another try would change nothing. The state machine knows the error by its
 * name, and does not retry it.
 */
export class BatchFailure extends Error {
  override readonly name = 'BatchFailure';
}
