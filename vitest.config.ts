import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{server,probe,web}/src/**/*.test.ts'] } },
      {
        test: {
          name: 'programs',
          include: ['test/**/*.test.ts'],
          // Bounds for what hangs, not for what is slow: no test is decided by its time.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
