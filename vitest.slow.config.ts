import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const { projects: _, ...test } = base.test ?? {};

/** `npm run test:slow`: what takes minutes by its nature. `.ci/run` runs it in a step of its own. */
export default mergeConfig(
  defineConfig({ test }),
  defineConfig({
    test: { include: ['tests/{slow,limits}/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
  }),
);
