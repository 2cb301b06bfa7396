import type { Contender } from '../contender.ts'
import { readArrays, readBigInts } from '../read-rows.ts'

/** What no writer can be faster than: the rows are read and dropped. */
const reading = (id: string, name: string, read: (database: string) => Iterable<unknown>): Contender => ({
  id,
  name,
  kind: 'rows',
  load: async () => async (data) => {
    let rows = 0
    for (const _ of read(data.database)) rows += 1
    if (rows !== data.rows) throw new Error(`it read ${rows} rows`)
  },
})

export const floor = reading('floor', 'node:sqlite, arrays', readArrays)
export const exact = reading('floor-exact', 'node:sqlite, arrays, integers as bigints', readBigInts)
