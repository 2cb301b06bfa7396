import { expect, test } from 'vitest'
import { crash } from './soak/crash.ts'

for (const synchronous of ['normal', 'full'] as const) {
  test(`whatever process is killed, every acknowledged job of a SQLite queue (${synchronous}) completes, and only what a killed worker had in hand runs again`, async () => {
    const report = await crash({ jobs: 1200, seconds: 6, workers: 3, producers: 2, killEveryMs: 200, synchronous })
    console.info(report)
    expect(report).toMatchObject({ lost: [], completed: 1200, check: 'The queue file is sound.' })
    expect(report.acknowledged).toBeGreaterThan(0)
    expect(report.kills.workers).toBeGreaterThan(0)
    expect(report.repeated).toBeLessThanOrEqual(report.repeatsExplained)
    expect(report.counts).toMatchObject({ completed: 1200, active: 0, waiting: 0, failed: 0 })
  })
}
