/** The part of the JavaScript API that is used here. TypeScript declares it only for browsers. */
interface WasmEngine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: {
    new (size: { initial: number; maximum: number; shared: true }): SharedWasmMemory;
    new (size: { initial: number }): WasmMemory;
  };
  /** Only the author of a module knows its exports. */
  readonly Instance: new <Exports>(
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Exports };
}
export const wasmEngine = (globalThis as unknown as { readonly WebAssembly: WasmEngine }).WebAssembly;

const modules = new Map<string, object>();

/** A module that is generated and compiled once per process or thread, under a unique name. */
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

/** Memory that other threads may have, too: a message to them passes it on. */
export interface SharedWasmMemory {
  readonly buffer: SharedArrayBuffer;
}

const PAGE_BYTES = 65_536;

/** Allocates memory of a fixed size that threads can share. Pages that are not touched take no memory. */
export function sharedMemory(bytes: number): SharedWasmMemory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new wasmEngine.Memory({ initial: pages, maximum: pages, shared: true });
}

/**
 * Allocates memory. Returns undefined when the system has none, for example under a limit of address space:
 * the caller must then work without.
 */
export function wasmMemory(bytes: number): WasmMemory | undefined {
  try {
    return new wasmEngine.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
