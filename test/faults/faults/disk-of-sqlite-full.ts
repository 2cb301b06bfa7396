import { noSmallDisk, smallDisk, type SmallDisk } from '../../support/small-disk.ts'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

const MB = 1024 * 1024

let disk: SmallDisk | undefined

export const diskOfSqliteFull: Fault = {
  name: 'disk of the SQLite file full',
  how: 'the disk on which the queue file is gets filled to the last byte',
  system: {
    store: 'sqlite',
    async storeFolder(_folder, owns) {
      // It warns below 500 MB.
      disk = owns(smallDisk(600))
      return disk.path
    },
  },
  impossible: noSmallDisk,
  seenAs: ['queue_sqlite', 'store_writable'],
  window: AT_ONCE,
  async inject() {
    disk?.fill()
    return async () => disk?.free(580 * MB)
  },
}
