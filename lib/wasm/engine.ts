/** The part of the JavaScript API that is used here: TypeScript declares it for browsers only. */
interface WasmEngine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (size: { initial: number }) => WasmMemory;
  /** What a module exports only its maker knows. */
  readonly Instance: new <Exports>(
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Exports };
}
export const wasmEngine = (globalThis as unknown as { readonly WebAssembly: WasmEngine }).WebAssembly;

const modules = new Map<string, object>();

/** A module, generated and compiled once per process, or thread: `name` tells it from all others. */
export function compiled(name: string, generate: () => Uint8Array<ArrayBuffer>): object {
  let module = modules.get(name);
  if (!module) {
    module = new wasmEngine.Module(generate());
    modules.set(name, module);
  }
  return module;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

const PAGE_BYTES = 65_536;

/** Memory of a size; undefined where the system has none, as under a limit of address space: what wants it has to do without. */
export function wasmMemory(bytes: number): WasmMemory | undefined {
  try {
    return new wasmEngine.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
