import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest on a quiet machine with two cores, longest first: begun last, they would be waited for alone. */
const longest = [
  'launch',
  'export-control',
  'sources/resuming',
  'bench-export',
  'files/s3-faults',
  'page-states',
  'page-views',
  'page',
  'shutdown',
  'canary',
  'faults',
  'heartbeats',
  'probe/page',
  'files/disk',
]

const place = ({ moduleId }: TestSpecification) => {
  const at = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return at < 0 ? longest.length : at
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    // oxlint-disable-next-line unicorn/no-array-sort -- not of an array
    const usual = await super.sort(files)
    return usual.toSorted((a, b) => place(a) - place(b))
  }
}

/** Programs are waited for more than they compute: this many files at once keep two cores busy, and no more than busy. */
const FILES_AT_ONCE = 4

export default defineConfig({
  test: {
    maxWorkers: FILES_AT_ONCE,
    // Bounds for what hangs, not for what is slow: no test is decided by its time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        // Of functions, which leave nothing behind in their process that another file could see.
        test: { name: 'unit', include: ['{server,probe,web}/src/**/*.test.ts'], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['test/**/*.test.ts'],
          // Each has systems of its own, of up to four programs.
          maxConcurrency: 3,
        },
      },
    ],
  },
})
