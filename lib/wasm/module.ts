import type { Code } from './instructions.ts';
import { unsigned } from './leb128.ts';

export interface WasmSignature {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** A function with the types of its locals, which are numbered after the parameters. */
export interface WasmFunction extends WasmSignature {
  readonly locals: readonly number[];
  readonly body: Code;
}

/** A tuple of this many numbers. */
type Numbers<Count extends number, Found extends number[] = []> = number extends Count
  ? number[]
  : Found['length'] extends Count
    ? Found
    : Numbers<Count, [...Found, number]>;

/** Numbers locals in the order of the calls, after the parameters. */
export class Locals {
  readonly types: number[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  one(type: number): number {
    return this.#parameters + this.types.push(type) - 1;
  }

  some<Count extends number>(type: number, count: Count): Numbers<Count> {
    return Array.from({ length: count }, () => this.one(type)) as Numbers<Count>;
  }
}

/** Pages of 64 KiB that a memory of 32-bit addresses can have. */
const MAX_PAGES = 65_536;

/**
 * Assembles a module that imports `env.memory` and the given functions of `env`, and exports its own
 * functions. For `call`, imported functions are numbered first.
 *
 * @param memory whether that is one that threads share
 */
export function assemble(
  functions: readonly WasmFunction[],
  imported: readonly WasmSignature[] = [],
  memory: 'own' | 'shared' = 'own',
): Uint8Array<ArrayBuffer> {
  const types = [...imported, ...functions].map(({ parameters, results }) => [
    0x60,
    vector(parameters.map((type) => [type])),
    vector(results.map((type) => [type])),
  ]);
  const imports = imported.map(({ name }, index) => [text('env'), text(name), 0x00, unsigned(index)]);
  const size = memory === 'own' ? [0x00, 0x01] : [0x03, 0x01, unsigned(MAX_PAGES)];
  const importedMemory = [text('env'), text('memory'), 0x02, size];
  const exported = functions.map(({ name }, index) => [text(name), 0x00, unsigned(imported.length + index)]);
  const bodies = functions.map(({ locals, body }) =>
    sized([vector(locals.map((type) => [0x01, type])), body, 0x0b]),
  );
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, types),
      section(2, [...imports, importedMemory]),
      section(
        3,
        functions.map((_, index) => unsigned(imported.length + index)),
      ),
      section(7, exported),
      section(10, bodies),
    ]),
  );
}

const section = (id: number, items: readonly Code[]): Code => [id, sized(vector(items))];
const vector = (items: readonly Code[]): Code => [unsigned(items.length), items];
const text = (name: string): Code => [unsigned(Buffer.byteLength(name)), [...Buffer.from(name)]];

/** The bytes, preceded by their number. */
function sized(code: Code): Code {
  const bytes = flat(code);
  return [unsigned(bytes.length), bytes];
}

/** The bytes of code, including nested code. */
function flat(code: Code, into: number[] = []): number[] {
  for (let i = 0; i < code.length; i++) {
    const part = code[i]!;
    if (typeof part === 'number') into.push(part);
    else flat(part, into);
  }
  return into;
}
