import { open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'

/** Pages of a SQLite file that are overwritten. */
export interface Damage {
  /** Puts back what was there. */
  repair(): Promise<void>
}

/** Overwrites the first pages of a table and its indexes, once what the log holds is in the file too. */
export async function damageTable(path: string, table: string): Promise<Damage> {
  const pages = rootPages(path, table)
  const file = await open(path, 'r+')
  const former = await Promise.all(
    pages.map(async ({ at, size }) => {
      const { buffer } = await file.read(Buffer.alloc(size), 0, size, at)
      await file.write(Buffer.alloc(size, 0xff), 0, size, at)
      return { at, buffer }
    }),
  )
  return {
    async repair() {
      for (const { at, buffer } of former) await file.write(buffer, 0, buffer.length, at)
      await file.close()
    },
  }
}

function rootPages(path: string, table: string): { at: number; size: number }[] {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const size = Number(db.prepare('PRAGMA page_size').get()?.['page_size'])
    const roots = db.prepare('SELECT rootpage FROM sqlite_schema WHERE rootpage > 1 AND tbl_name = ?').all(table)
    return roots.map(({ rootpage }) => ({ at: (Number(rootpage) - 1) * size, size }))
  } finally {
    db.close()
  }
}
