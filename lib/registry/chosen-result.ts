import { RESULT_FORMATS, type ResultChoices, type ResultFormat } from '../batch/result-choices.ts';
import { BATCH_METADATA } from '../storage/batch-metadata.ts';
import { shown } from '../text-safety.ts';

type Said = Readonly<Record<string, string | undefined>>;

/** The values that metadata may have: whoever drops a file gets no other answer to a word misspelt. */
const TRUTHS = { true: true, false: false } as const;
const FORMATS = Object.fromEntries(RESULT_FORMATS.map((format) => [format, format]));

/**
 * What is asked of a batch's result: by the request, else by the object's metadata.
 *
 * @returns with what is wrong with the metadata, if anything is
 */
export function chosenResult(
  asked: { readonly [Choice in keyof ResultChoices]?: ResultChoices[Choice] | undefined },
  said: Said,
): { readonly choices: ResultChoices; readonly fault: string | undefined } {
  const faults: string[] = [];
  const read = <T>(name: string, values: Readonly<Record<string, T>>, byDefault: T): T => {
    const text = said[name];
    if (text === undefined) return byDefault;
    if (Object.hasOwn(values, text)) return values[text]!;
    const expected = Object.keys(values).join(' or ');
    faults.push(`the object's metadata x-amz-meta-${name}: expected ${expected}, got ${shown(text)}`);
    return byDefault;
  };
  const choices = {
    explain: asked.explain ?? read<boolean>(BATCH_METADATA.explain, TRUTHS, false),
    probabilities: asked.probabilities ?? read<boolean>(BATCH_METADATA.probabilities, TRUTHS, false),
    format: asked.format ?? read<ResultFormat>(BATCH_METADATA.format, FORMATS, 'csv'),
  };
  return { choices, fault: faults[0] };
}
