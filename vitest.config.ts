import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/{unit,property,simulation,contract,integration}/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'tests/helpers/build-bundles.ts',
    pool: 'forks',
    // One more than the two processors of the smallest machine: tests that start systems wait for them half of their time.
    maxWorkers: 3,
    // For what hangs: a machine that is busy with other work takes ten times as long as one that is not.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Whole routes and keys of examples in the titles of parametrised tests.
    taskTitleValueFormatTruncate: 200,
    // Tests never read the developer's own AWS profile: whatever they reach is local or named on purpose.
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  },
});
