import { statfs } from 'node:fs/promises'
import { OutOfRoom, unwritable } from './disk-errors.ts'

const MB = 1024 * 1024

/**
 * Rejects with {@link OutOfRoom} when less than `minFreeBytes` would stay free for others on the disk of `folder` after
 * `moreBytes` were written.
 */
export async function refuseWithoutRoom(folder: string, minFreeBytes: number, moreBytes = 0): Promise<void> {
  const free = await freeBytes(folder)
  if (free - moreBytes >= minFreeBytes) return
  const [freeMb, minFreeMb] = [Math.floor(free / MB), Math.ceil(minFreeBytes / MB)]
  throw new OutOfRoom(
    `${freeMb} MB are free on the worker's disk, of which ${minFreeMb} MB have to stay free (EXPORT_MIN_FREE_MB)`,
  )
}

async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    throw unwritable(error)
  }
}
