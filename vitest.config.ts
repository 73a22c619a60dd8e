import { defineConfig } from 'vitest/config';

/**
 * Files that need a process of their own: handlers read the environment when they load, systems are started,
 * and some files replace a module or count what one does when it loads.
 */
const inOwnProcesses = [
  'tests/unit/{functions,deploy,telemetry,wasm}/**/*.test.ts',
  'tests/{property,simulation,contract,integration}/**/*.test.ts',
];

export default defineConfig({
  test: {
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
    projects: [
      { extends: true, test: { name: 'own processes', include: inOwnProcesses } },
      {
        extends: true,
        // A third of these files' time went into loading the same code again for each of them.
        test: {
          name: 'shared processes',
          include: ['tests/unit/**/*.test.ts'],
          exclude: inOwnProcesses,
          isolate: false,
        },
      },
    ],
  },
});
