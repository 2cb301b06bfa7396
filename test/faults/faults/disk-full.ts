import { noSmallDisk, smallDisk, type SmallDisk } from '../../support/small-disk.ts'
import type { Fault } from '../fault.ts'
import { FOLDER_TRIAL } from '../windows.ts'

const MB = 1024 * 1024

let disk: SmallDisk | undefined

export const diskFull: Fault = {
  name: 'disk of the exports full',
  how: 'the disk on which the worker makes files is filled to the last byte',
  system: {
    store: 'redis',
    env: { EXPORT_MIN_FREE_MB: '1' },
    limits: { free_bytes: `${20 * MB}/${5 * MB}` },
    async workerFolder(_folder, owns) {
      disk = owns(smallDisk(64))
      return disk.path
    },
  },
  impossible: noSmallDisk,
  seenAs: ['export_folder'],
  window: { ...FOLDER_TRIAL, why: `${FOLDER_TRIAL.why}; free_bytes set here to fit a disk of 64 MB` },
  async inject() {
    disk?.fill()
    return async () => disk?.free(50 * MB)
  },
}
