import { defineConfig } from 'vitest/config';

// One process per file: the native library is loaded once a process and never unloaded.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
  },
});
