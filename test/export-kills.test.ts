import { expect, test } from 'vitest'
import { killExports } from './soak/export-kills.ts'

for (const format of ['csv', 'json'] as const) {
  test.concurrent(`a ${format} export whose worker is killed goes on behind the rows that are safe, and the file is the same to the byte`, async () => {
    const plan = { rows: 1_000_000, format, killedOnce: 0, inARow: 2, whenResumable: true, seed: 1 }
    const [survivor] = await killExports(plan)
    expect(survivor).toMatchObject({ sameFile: true, leftOver: [] })
    expect(survivor?.resumedRows).toBeGreaterThan(0)
  })
}

test.concurrent('an xlsx export whose worker is killed starts over and leaves nothing behind', async () => {
  const plan = { rows: 400_000, format: 'xlsx' as const, killedOnce: 1, inARow: 1, whenResumable: false, seed: 1 }
  for (const survivor of await killExports(plan)) {
    expect(survivor).toMatchObject({ sameFile: true, resumedRows: 0, leftOver: [] })
  }
})
