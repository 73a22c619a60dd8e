import { ServiceError, type ServiceErrorCode } from './service-error.ts';

/**
 * Gathers all faults of a request: CloudWatch reports every bad parameter in one message, a line each, under the code
 * of the first.
 */
export class Faults {
  readonly #faults: { code: ServiceErrorCode; message: string }[] = [];

  add(code: ServiceErrorCode, message: string): void {
    this.#faults.push({ code, message });
  }

  /** Throws a ServiceError when there is any fault. At most 20 lines, so that a bad batch does not answer megabytes. */
  throwIfAny(): void {
    const [first] = this.#faults;
    if (first === undefined) return;
    const lines = this.#faults.slice(0, 20).map(({ message }) => message);
    const left = this.#faults.length - lines.length;
    if (left > 0) lines.push(`and ${left} more`);
    throw new ServiceError(first.code, lines.join('\n'));
  }
}
