import { ServiceError, type ServiceErrorCode } from './service-error.ts';

/**
 * Collects all faults of a request. CloudWatch reports every invalid parameter in one message, one line for
 * each, under the error code of the first.
 */
export class Faults {
  readonly #faults: { code: ServiceErrorCode; message: string }[] = [];

  add(code: ServiceErrorCode, message: string): void {
    this.#faults.push({ code, message });
  }

  /**
   * Throws a ServiceError when there is any fault. It has at most 20 lines: a bad batch must not produce
   * megabytes.
   */
  throwIfAny(): void {
    const [first] = this.#faults;
    if (first === undefined) return;
    const lines = this.#faults.slice(0, 20).map(({ message }) => message);
    const left = this.#faults.length - lines.length;
    if (left > 0) lines.push(`and ${left} more`);
    throw new ServiceError(first.code, lines.join('\n'));
  }
}
