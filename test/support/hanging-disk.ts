import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of its own, in a file, that a test may let hang: who writes to it then is held in the kernel. */
export interface HangingDisk extends Disposable {
  path: string
  /** Until it is disposed of; to be done before anything that writes there is waited for. */
  hang(): Disposable
}

/** Why there are no such disks on this machine, false when there are. */
export const noHangingDisk = whyNoHangingDisk()

export function hangingDisk(): HangingDisk {
  const folder = mkdtempSync(join(tmpdir(), 'queue-ops-disk-'))
  const [image, path] = [join(folder, 'image'), join(folder, 'disk')]
  writeFileSync(image, '')
  truncateSync(image, 64 * 1024 * 1024)
  mkdirSync(path)
  run('mkfs.ext4', '-q', image)
  run('mount', '-o', 'loop', image, path)
  return {
    path,
    hang() {
      run('fsfreeze', '--freeze', path)
      return { [Symbol.dispose]: () => run('fsfreeze', '--unfreeze', path) }
    },
    [Symbol.dispose]() {
      run('umount', path)
      rmSync(folder, { recursive: true })
    },
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' })
}

function whyNoHangingDisk(): string | false {
  if (process.platform !== 'linux') return 'disks are frozen on Linux only'
  if (process.getuid?.() !== 0) return 'only root may mount and freeze a disk'
  try {
    using disk = hangingDisk()
    disk.hang()[Symbol.dispose]()
    return false
  } catch (error) {
    return `no disk can be frozen: ${String(error).split('\n').at(-2) ?? ''}`
  }
}
