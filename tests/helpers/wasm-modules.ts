import { wasmEngine } from '../../lib/wasm/engine.ts';

/** Bytes of the modules that were compiled since the recording began, in order. */
const recorded: Uint8Array<ArrayBuffer>[] = [];

/** Keeps the bytes of every module that this process compiles from now on. Mocks that are restored do not end it. */
export function recordModules(): readonly Uint8Array<ArrayBuffer>[] {
  const engine: { Module: typeof wasmEngine.Module } = wasmEngine;
  engine.Module = class extends engine.Module {
    constructor(bytes: Uint8Array<ArrayBuffer>) {
      super(bytes);
      recorded.push(bytes);
    }
  };
  return recorded;
}
