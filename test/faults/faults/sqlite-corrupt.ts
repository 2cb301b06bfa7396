import { damageTable } from '../../support/damaged-table.ts'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const sqliteCorrupt: Fault = {
  name: 'SQLite file corrupt',
  how: 'the first pages of the table of jobs are overwritten while the programs run; afterwards they are put back',
  system: { store: 'sqlite' },
  seenAs: ['queue_sqlite', 'store_writable'],
  window: AT_ONCE,
  async inject({ store }) {
    const { repair } = await damageTable(store.file(), 'job')
    return repair
  },
}
