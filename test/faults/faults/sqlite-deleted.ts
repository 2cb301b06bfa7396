import { existsSync } from 'node:fs'
import { link, rm } from 'node:fs/promises'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

const endings = ['', '-wal', '-shm']

export const sqliteDeleted: Fault = {
  name: 'SQLite file deleted',
  how: 'the queue file and its log are deleted while the programs run; afterwards the same files are put back',
  system: { store: 'sqlite' },
  seenAs: ['queue_sqlite', 'store_writable'],
  window: AT_ONCE,
  async inject({ store }) {
    const there = endings.map((ending) => store.file() + ending).filter((path) => existsSync(path))
    for (const path of there) {
      await link(path, `${path}.kept`)
      await rm(path)
    }
    return async () => {
      for (const path of there) await link(`${path}.kept`, path)
    }
  },
}
