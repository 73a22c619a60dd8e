import { isModelName } from '../names.ts';
import { shown } from '../text-safety.ts';
import { HttpError } from './problem.ts';
import type { HttpEvent } from './stack.ts';
import { unknownModel } from './unknown-model.ts';

const VERSION = /^v?([1-9]\d{0,11})$/;

/**
 * The model that the path names.
 *
 * @throws HttpError 404 when it is no valid model name
 */
export function modelOf(event: HttpEvent): string {
  const name = event.pathParameters?.model ?? '';
  if (isModelName(name)) return name;
  throw unknownModel(name);
}

/**
 * The version that the path names, as `3` or `v3`.
 *
 * @throws HttpError 404 for anything else
 */
export function versionOf(event: HttpEvent): number {
  const text = event.pathParameters?.version ?? '';
  const digits = VERSION.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new HttpError(404, 'unknown_version', `There is no version ${shown(text)}: they are called 3 or v3.`);
}
