import { FUNCTION_NAMES, FUNCTIONS, type FunctionFacts, type FunctionName } from '../functions.ts';
import { type CostLine, gigabyteSeconds, line, PREDICTION_LOG_BYTES } from './cost-lines.ts';
import { PRICES } from './prices.ts';

/** What Lambda counted of one function. */
export interface FunctionUse {
  readonly calls: number;
  readonly seconds: number;
}

/**
 * The bill of what was used, from nothing but calls and their time: each call of a function that answers
 * routes is one request of the API. Functions have the memory that lib/functions.ts says.
 */
export function costOfUse(useOf: (name: FunctionName) => FunctionUse): CostLine[] {
  const used = FUNCTION_NAMES.map((name) => {
    const facts: FunctionFacts = FUNCTIONS[name];
    return { name, facts, ...useOf(name) };
  }).filter(({ calls }) => calls > 0);
  const callsBy = (kind: FunctionFacts['trigger']['kind']) =>
    used.reduce((sum, { facts, calls }) => sum + (facts.trigger.kind === kind ? calls : 0), 0);
  const lines = [
    line('API requests', callsBy('routes'), PRICES.apiRequest),
    ...used.flatMap(({ name, facts: { memoryMb }, calls, seconds }) => [
      line(`${name}: calls`, calls, PRICES.functionCall),
      line(
        `${name}: time at ${memoryMb} MB`,
        gigabyteSeconds(memoryMb, seconds),
        PRICES.functionGigabyteSecond,
      ),
    ]),
    line('scheduled runs', callsBy('schedule'), PRICES.scheduledCall),
    line('log of predictions', (useOf('predict').calls * PREDICTION_LOG_BYTES) / 1e9, PRICES.logGigabyte),
  ];
  return lines.filter(({ units }) => units > 0);
}
