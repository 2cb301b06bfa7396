import { chmod, chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { noService, service } from '../../support/users.ts'
import type { Fault } from '../fault.ts'
import { FOLDER_TRIAL } from '../windows.ts'

export const exportsUnwritable: Fault = {
  name: 'exports directory unwritable',
  how: 'chmod 555 on the folder of a worker that is not root',
  system: {
    store: 'redis',
    workerUser: service,
    async workerFolder(folder) {
      const own = join(folder, 'of-the-worker')
      await mkdir(own)
      await chown(own, service.uid, service.gid)
      await chmod(folder, 0o755)
      return own
    },
  },
  impossible: noService,
  seenAs: ['export_folder'],
  window: FOLDER_TRIAL,
  async inject({ folder }) {
    const exports = join(folder, 'of-the-worker/exports')
    await chmod(exports, 0o555)
    return () => chmod(exports, 0o755)
  },
}
