import { Distribution } from './distribution.ts';
import { type Input, isInput } from './parameters.ts';
import { timestampFault } from './put-metric-data.ts';
import { createSeries, type Series } from './series.ts';
import type { Contribution } from './store.ts';
import { isUnit, type Unit } from './units.ts';

/** The kind of an output line: metrics, invalid metrics, or something else. */
export type EmfLine =
  | { readonly kind: 'metrics'; readonly contributions: Contribution[] }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'ordinary' };

const MAX_METRICS = 100;
const MAX_VALUES = 100;
const MAX_DIMENSIONS = 30;
const VALUE_LIMIT = 2 ** 360;

class EmfFault extends Error {}

/**
 * Reads a line in the Embedded Metric Format. A line with any fault gives no metric at all. Source:
 * "Specification: Embedded metric format" in the Amazon CloudWatch User Guide.
 */
export function parseEmf(line: string, nowMs: number): EmfLine {
  // Most lines are plain logs: recognising them must not cost a JSON parse.
  if (!line.includes('"_aws"') || !line.includes('"CloudWatchMetrics"')) return { kind: 'ordinary' };
  const root = parseObject(line);
  if (root === undefined || !isInput(root._aws) || root._aws.CloudWatchMetrics === undefined)
    return { kind: 'ordinary' };
  try {
    return { kind: 'metrics', contributions: readMetadata(root, root._aws, nowMs) };
  } catch (error) {
    if (error instanceof EmfFault) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}

// Lambda's console puts time, request id and level before a line, separated by tabs. What follows is still
// EMF.
function parseObject(line: string): Input | undefined {
  const trimmed = line.trim();
  const text = trimmed.startsWith('{') ? trimmed : trimmed.slice(trimmed.indexOf('\t{') + 1);
  try {
    const value: unknown = JSON.parse(text);
    return isInput(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readMetadata(
  root: Input,
  { Timestamp: timestamp, CloudWatchMetrics: directives }: Input,
  nowMs: number,
): Contribution[] {
  if (typeof timestamp !== 'number' || !Number.isInteger(timestamp)) {
    throw new EmfFault('_aws.Timestamp: expected an integer, milliseconds since 1970');
  }
  const fault = timestampFault(timestamp, nowMs);
  if (fault !== undefined) throw new EmfFault(`_aws.Timestamp: ${timestamp} ${fault}`);
  return items(directives, '_aws.CloudWatchMetrics').flatMap((directive) =>
    readDirective(root, directive, timestamp),
  );
}

function readDirective(root: Input, directive: unknown, timestampMs: number): Contribution[] {
  if (!isInput(directive)) throw new EmfFault('_aws.CloudWatchMetrics: expected objects');
  const namespace = text(directive.Namespace, 'Namespace', 255);
  const dimensionSets = items(directive.Dimensions, 'Dimensions').map((set) => readDimensions(root, set));
  const metrics = items(directive.Metrics, 'Metrics', MAX_METRICS);
  return metrics.flatMap((metric) => {
    const definition = readDefinition(root, metric);
    return dimensionSets.map((dimensions): Contribution => {
      const series: Series = createSeries(namespace, definition.name, dimensions);
      const { unit, highResolution, distribution } = definition;
      return { series, unit, timestampMs, highResolution, distribution };
    });
  });
}

function readDimensions(root: Input, set: unknown): [string, string][] {
  return items(set, 'Dimensions', MAX_DIMENSIONS).map((key) => {
    const name = text(key, 'Dimensions', 255);
    return [name, text(ownMember(root, name), `dimension "${name}"`, 1024)];
  });
}

function readDefinition(root: Input, metric: unknown) {
  if (!isInput(metric)) throw new EmfFault('Metrics: expected objects');
  const name = text(metric.Name, 'Metrics.Name', 255);
  const { Unit: unit = 'None', StorageResolution: resolution = 60 } = metric;
  if (!isUnit(unit)) throw new EmfFault(`metric "${name}": "${String(unit)}" is not a CloudWatch unit`);
  if (resolution !== 1 && resolution !== 60)
    throw new EmfFault(`metric "${name}": StorageResolution must be 1 or 60`);
  const distribution = new Distribution();
  for (const value of readValues(root, name)) distribution.add(value);
  return { name, unit: unit satisfies Unit, highResolution: resolution === 1, distribution };
}

function readValues(root: Input, name: string): number[] {
  const target = ownMember(root, name);
  const values = Array.isArray(target) ? items(target, `metric "${name}"`, MAX_VALUES) : [target];
  if (values.length === 0) throw new EmfFault(`metric "${name}": expected at least one value`);
  return values.map((value) => {
    if (typeof value === 'number' && Math.abs(value) <= VALUE_LIMIT) return value;
    throw new EmfFault(
      `metric "${name}": expected numbers within -2^360 and 2^360, got ${JSON.stringify(value)}`,
    );
  });
}

// Only the document's own members count, so that names such as `constructor` work like any other.
function ownMember(root: Input, name: string): unknown {
  return Object.hasOwn(root, name) ? root[name] : undefined;
}

function items(value: unknown, where: string, maxItems = Number.POSITIVE_INFINITY): readonly unknown[] {
  if (!Array.isArray(value)) throw new EmfFault(`${where}: expected an array`);
  if (value.length > maxItems)
    throw new EmfFault(`${where}: expected at most ${maxItems} items, got ${value.length}`);
  return value;
}

function text(value: unknown, where: string, maxLength: number): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength) return value;
  throw new EmfFault(
    `${where}: expected a text of 1 to ${maxLength} characters, got ${JSON.stringify(value)?.slice(0, 100)}`,
  );
}
