import * as z from 'zod/mini';
import type { Model } from '../../../../lib/classifier/model.ts';
import { FaultList, HttpError, type RequestFault } from '../../../../lib/http/problem.ts';
import { invalidRequest, parseJsonBytes, validate } from '../../../../lib/http/request.ts';
import { MAX_INSTANCES } from '../../../../lib/http/schemas/predict-request.ts';
import { firstOf, shown } from '../../../../lib/text-safety.ts';
import { type ReadRow, readInstances } from '../../read-instances.ts';
import { readElements } from './binary-tensors.ts';
import { DATATYPE_NAMES, datatypeForm, type Element } from './datatypes.ts';
import { OUTPUTS, type OutputName } from './metadata.ts';

const parameters = z.optional(z.record(z.string(), z.unknown(), 'expected an object of parameters'));

/** Everything but the elements, of which there may be many: they are checked one by one. */
const inferRequest = z.object({
  id: z.optional(z.string('expected a text')),
  parameters,
  inputs: z
    .array(
      z.object({
        name: z.string('expected a name'),
        shape: z
          .array(z.int('expected a whole number').check(z.minimum(0)))
          .check(z.minLength(1, 'expected at least one dimension'), z.maxLength(2, 'expected at most two')),
        datatype: z.enum(DATATYPE_NAMES, `expected one of ${DATATYPE_NAMES.join(', ')}`),
        parameters,
        data: z.optional(z.array(z.unknown(), 'expected an array')),
      }),
      'expected an array of tensors',
    )
    // No model has more features, and the label may be there, too.
    .check(
      z.minLength(1, 'expected at least one tensor'),
      z.maxLength(1001, 'expected at most 1001 tensors'),
    ),
  outputs: z.optional(
    z
      .array(
        z.object({
          name: z.enum(OUTPUTS, `expected one of ${OUTPUTS.join(', ')}`),
          parameters,
        }),
        'expected an array of outputs',
      )
      .check(z.maxLength(OUTPUTS.length, `expected at most ${OUTPUTS.length} outputs`)),
  ),
});

type InferRequest = z.infer<typeof inferRequest>;
type SentTensor = InferRequest['inputs'][number];

/** One output that a request wants, and whether in binary. */
export interface WantedOutput {
  readonly name: OutputName;
  readonly isBinary: boolean;
}

/** A request for inference, as far as it can be read without the model. */
export interface SentInference {
  readonly id: string | undefined;
  readonly outputs: readonly WantedOutput[];
  readonly tensors: readonly Tensor[];
}

interface Tensor {
  readonly path: string;
  readonly name: string;
  readonly shape: readonly number[];
  /** In row-major order. */
  readonly elements: readonly Element[];
}

/**
 * Reads the body of a request for inference.
 *
 * @param jsonBytes the length of its JSON, if binary tensors follow it
 * @throws HttpError 400 with the path of each fault
 */
export function readInference(body: Buffer, jsonBytes: number | undefined): SentInference {
  if (jsonBytes !== undefined && jsonBytes > body.length) {
    const message = `expected at most ${body.length}, the length of the body`;
    throw invalidRequest([{ path: 'Inference-Header-Content-Length', message }]);
  }
  const request = validate(inferRequest, parseJsonBytes(body.subarray(0, jsonBytes)));
  const binary = body.subarray(jsonBytes ?? body.length);
  const isBinary = request.parameters?.binary_data_output === true;
  const outputs = request.outputs ?? [];
  return {
    id: request.id,
    outputs:
      outputs.length === 0
        ? OUTPUTS.map((name) => ({ name, isBinary }))
        : outputs.map(({ name, parameters: of }, i) => wantedOutput(name, of, isBinary, i)),
    tensors: readTensors(request.inputs, binary),
  };
}

function wantedOutput(
  name: OutputName,
  given: InferRequest['parameters'],
  isBinary: boolean,
  at: number,
): WantedOutput {
  if (given?.classification === undefined) return { name, isBinary: Boolean(given?.binary_data ?? isBinary) };
  const message = 'classifications are not made: ask for "probabilities"';
  throw invalidRequest([{ path: `outputs[${at}].parameters.classification`, message }]);
}

function readTensors(inputs: readonly SentTensor[], binary: Buffer): Tensor[] {
  const faults = new FaultList();
  let rest = binary;
  const tensors: Tensor[] = [];
  for (const [i, input] of inputs.entries()) {
    const path = `inputs[${i}]`;
    const count = input.shape.reduce((product, length) => product * length, 1);
    const size = input.parameters?.binary_data_size;
    const isBinary = typeof size === 'number' && Number.isInteger(size) && size >= 0;
    if (count > MAX_INSTANCES * 1000) faults.add(`${path}.shape`, 'more elements than any request has');
    else if (isBinary) {
      const elements =
        size > rest.length
          ? 'the body ends before it'
          : readElements(rest.subarray(0, size), input.datatype, count);
      if (typeof elements === 'string') faults.add(path, elements);
      else tensors.push({ ...input, path, elements });
      rest = rest.subarray(size);
    } else {
      const elements = elementsOf(input, count, `${path}.data`, faults);
      if (elements) tensors.push({ ...input, path, elements });
    }
    if (faults.isFull) break;
  }
  if (faults.faults.length === 0 && rest.length > 0)
    faults.add('inputs', `${rest.length} bytes of the body belong to no tensor`);
  throwIfAny(faults);
  return tensors;
}

/** The elements that stand in the JSON, nested by dimension or not. */
function elementsOf(
  { data, datatype }: SentTensor,
  count: number,
  path: string,
  faults: FaultList,
): Element[] | undefined {
  const elements = data?.flat(Number.POSITIVE_INFINITY) as unknown[] | undefined;
  if (elements?.length !== count) {
    const got = elements === undefined ? 'none' : String(elements.length);
    faults.add(path, `expected ${count} elements, as the shape says, got ${got}`);
    return undefined;
  }
  const { takes, wanted } = datatypeForm(datatype)!;
  for (const [i, element] of elements.entries()) {
    if (faults.isFull) return undefined;
    if (element !== null && !takes(element))
      faults.add(`${path}[${i}]`, `expected ${wanted}, as ${datatype} has`);
  }
  return elements as Element[];
}

function throwIfAny({ faults }: FaultList): void {
  if (faults.length > 0) throw invalidRequest(faults as RequestFault[]);
}

/**
 * The rows of tensors: one for each feature, or one matrix of all features in their order.
 *
 * @throws HttpError 400 naming the tensor, or the row and feature, of each fault
 */
export function rowsOf(tensors: readonly Tensor[], model: Model): ReadRow[] {
  const names = model.features.map(({ name }) => name);
  const [first] = tensors;
  const isMatrix =
    tensors.length === 1 &&
    first!.shape.length === 2 &&
    (first!.shape[1] !== 1 || !names.includes(first!.name));
  const given = isMatrix ? matrixRows(first!, names) : tensorRows(tensors, model);
  return readInstances(given, model);
}

type GivenRow = [path: string, instance: unknown];

function matrixRows({ path, shape, elements }: Tensor, names: readonly string[]): GivenRow[] {
  const [rows = 0, width = 0] = shape;
  checkRows(path, rows);
  if (width !== names.length) {
    const message = `expected ${names.length} columns (${firstOf(names, String)}), got ${width}`;
    throw invalidRequest([{ path: `${path}.shape`, message }]);
  }
  return Array.from({ length: rows }, (_, row) => [
    `${path}.data[${row}]`,
    elements.slice(row * width, (row + 1) * width),
  ]);
}

function tensorRows(tensors: readonly Tensor[], model: Model): GivenRow[] {
  const faults = new FaultList();
  const rows = tensors[0]!.shape[0]!;
  const columns = new Map<string, readonly Element[]>();
  for (const { path, name, shape, elements } of tensors) {
    if (columns.has(name)) faults.add(`${path}.name`, `there is another tensor ${shown(name)}`);
    if (shape[0] !== rows)
      faults.add(`${path}.shape`, `expected ${rows} rows, as the first tensor has, got ${shape[0]}`);
    if ((shape[1] ?? 1) !== 1)
      faults.add(`${path}.shape`, 'expected one element a row: a tensor is one feature');
    columns.set(name, elements);
  }
  const missing = model.features.filter(({ name }) => !columns.has(name));
  if (missing.length > 0) {
    const wanted = firstOf(missing.map(({ name }) => name));
    faults.add(
      'inputs',
      `expected a tensor for each feature, or one of shape [rows, ${model.features.length}]; there is none for ${wanted}`,
    );
  }
  throwIfAny(faults);
  checkRows('inputs[0]', rows);
  return Array.from({ length: rows }, (_, row) => [
    `row ${row}`,
    Object.fromEntries([...columns].map(([name, elements]) => [name, elements[row]!])),
  ]);
}

function checkRows(path: string, rows: number): void {
  if (rows >= 1 && rows <= MAX_INSTANCES) return;
  throw invalidRequest([
    { path: `${path}.shape`, message: `expected 1 to ${MAX_INSTANCES} rows, got ${rows}` },
  ]);
}

/** The length of the JSON that a header states. @throws HttpError 400 when it is no number */
export function jsonLength(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  throw new HttpError(400, 'invalid_request', 'Inference-Header-Content-Length: expected a number of bytes');
}
