import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'console/src/**/*.test.ts',
      'sdk/src/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    globalSetup: ['./test/ceph/global-setup.ts', './test/compile-cache.ts'],
    pool: 'threads',
    // All cores: by itself vitest leaves one idle, which is half of a machine of two.
    maxWorkers: availableParallelism(),
    isolate: false,
    // What is waited for comes when it comes: a busy machine is no fault. These only end what hangs.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    reporters: ['default', './tools/plain-reporter.ts'],
  },
});
