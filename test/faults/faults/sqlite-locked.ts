import { setTimeout as pause } from 'node:timers/promises'
import { startHelper } from '../../support/helper.ts'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

const LOCKED_MS = 60_000

export const sqliteLocked: Fault = {
  name: 'SQLite file locked',
  how: 'another process begins to write and does not end for 60 s',
  system: { store: 'sqlite' },
  seenAs: ['store_writable', 'queue_sqlite'],
  window: AT_ONCE,
  async inject({ store, owns }) {
    const locker = owns(startHelper('file-locker.ts', [store.file()]))
    await locker.nextMessage()
    const over = pause(LOCKED_MS)
    return async () => {
      await over
      locker.kill()
    }
  },
}
