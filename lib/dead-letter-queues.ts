import { FUNCTION_NAMES, FUNCTIONS, triggeredBy } from './functions.ts';

/** The functions whose events are kept once they failed for good. */
export const KEEPING_FUNCTIONS = FUNCTION_NAMES.filter((name) => triggeredBy(FUNCTIONS[name]) === 'event');

/** The queue of a function's dead letters. @param functionName as deployed */
export const deadLetterQueue = (functionName: string) => `${functionName}-dead-letters`;
