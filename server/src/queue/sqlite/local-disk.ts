import { statfsSync } from 'node:fs'
import { StoreError } from './store-error.ts'

/** What Linux answers for file systems that other hosts may have mounted too (`statfs(2)`, linux/magic.h). */
const networkFileSystems: Record<number, string> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x01021997: '9P',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
}

/**
 * Refuses a folder on a network file system: SQLite's log is shared through memory, which other hosts do not see, and two
 * hosts that write to one file destroy it. Throws {@link StoreError} `missing`.
 */
export function requireLocalDisk(folder: string, fileSystem = fileSystemOf): void {
  const name = networkFileSystems[fileSystem(folder)]
  if (!name) return
  throw new StoreError(
    'missing',
    `${folder} is on ${name}: a queue file has to be on a local disk, use Redis for several hosts`,
  )
}

/** 0 where the system does not say, and where the folder is missing, which opening will tell. */
function fileSystemOf(folder: string): number {
  try {
    // Some of these numbers come back negative.
    return process.platform === 'linux' ? statfsSync(folder).type >>> 0 : 0
  } catch {
    return 0
  }
}
