import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const { projects: _, ...test } = base.test ?? {};

/** `npm run test:clients`: clients that others made, where they are installed or can be. */
export default mergeConfig(
  defineConfig({ test }),
  defineConfig({
    test: { include: ['tests/clients/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
  }),
);
