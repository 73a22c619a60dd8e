import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const { projects: _, ...test } = base.test ?? {};

/** `npm run test:browser`: needs a Chromium on this machine, which `npm test` does not. */
export default mergeConfig(
  defineConfig({ test }),
  defineConfig({
    test: { include: ['tests/browser/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 120_000 },
  }),
);
