import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach } from 'vitest';
import { wasmEngine } from '../../lib/wasm/engine.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Records the bytes of every module that this process compiles from now on, also after mocks are restored.
 */
export function recordModules(): readonly Bytes[] {
  const recorded: Bytes[] = [];
  const engine: { Module: typeof wasmEngine.Module } = wasmEngine;
  engine.Module = class extends engine.Module {
    constructor(bytes: Bytes) {
      super(bytes);
      recorded.push(bytes);
    }
  };
  return recorded;
}

/** A module in WebAssembly's text format. */
export async function wasmText(module: Bytes): Promise<string> {
  const { default: wabt } = await import('wabt');
  const parsed = (await wabt()).readWasm(module, { readDebugNames: false, simd: true });
  try {
    parsed.applyNames();
    return parsed.toText({ foldExprs: true, inlineExport: true });
  } finally {
    parsed.destroy();
  }
}

/**
 * Makes every failing test of the file write the modules that were compiled so far as text, into the system's
 * temporary folder.
 */
export function showModulesOfFailures(): void {
  const modules = recordModules();
  beforeEach(({ task, onTestFailed }) => {
    onTestFailed(async () => {
      const path = join(await mkdtemp(join(tmpdir(), 'wasm-')), 'modules.wat');
      const texts = await Promise.all(modules.map(wasmText));
      await writeFile(path, texts.join('\n'));
      console.error(`"${task.name}" failed on these WebAssembly modules (${modules.length}): ${path}`);
    });
  });
}
