import { open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const sqliteCorrupt: Fault = {
  name: 'SQLite file corrupt',
  how: 'the first pages of the tables of jobs are overwritten while the programs run; afterwards they are put back',
  system: { store: 'sqlite' },
  seenAs: ['queue_sqlite', 'store_writable'],
  window: AT_ONCE,
  async inject({ store }) {
    const pages = rootPages(store.file())
    const file = await open(store.file(), 'r+')
    const former = await Promise.all(
      pages.map(async ({ at, size }) => {
        const { buffer } = await file.read(Buffer.alloc(size), 0, size, at)
        await file.write(Buffer.alloc(size, 0xff), 0, size, at)
        return { at, buffer }
      }),
    )
    return async () => {
      for (const { at, buffer } of former) await file.write(buffer, 0, buffer.length, at)
      await file.close()
    }
  },
}

/** Where they are in the file, once what the log holds is in it too. */
function rootPages(path: string): { at: number; size: number }[] {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const size = Number(db.prepare('PRAGMA page_size').get()?.['page_size'])
    const roots = db.prepare(`SELECT rootpage FROM sqlite_schema WHERE rootpage > 1 AND tbl_name LIKE '%job%'`).all()
    return roots.map(({ rootpage }) => ({ at: (Number(rootpage) - 1) * size, size }))
  } finally {
    db.close()
  }
}
