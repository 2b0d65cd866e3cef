import { configDefaults, defineConfig } from 'vitest/config';

const long = Boolean(process.env.SCOREBOOK_LONG);

// One process per file: the native library is loaded once a process and never unloaded.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(long ? [] : ['test/**/*.long.test.ts'])],
    pool: 'forks',
    maxWorkers: 2, // by default one core is left idle, and the supported machine has two
    testTimeout: long ? 600_000 : 30_000,
  },
});
