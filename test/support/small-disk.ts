import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmdirSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of its own, in memory, that a test may fill. */
export interface SmallDisk extends Disposable {
  path: string
  /** Takes all that is free. */
  fill(): void
  /** Gives back so much of what `fill` took. */
  free(bytes: number): void
  remount(mode: 'ro' | 'rw'): void
  resize(megabytes: number): void
}

/** Why there are no small disks on this machine, false when there are. */
export const noSmallDisk = whyNoSmallDisk()

export function smallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'queue-ops-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'tmpfs', path], { stdio: 'pipe' })
  const filler = join(path, 'filler')
  return {
    path,
    fill: () => writeTillFull(filler),
    free(bytes) {
      const file = openSync(filler, 'r+')
      ftruncateSync(file, Math.max(statSync(filler).size - bytes, 0))
      closeSync(file)
    },
    remount: (mode) => void execFileSync('mount', ['-o', `remount,${mode}`, path], { stdio: 'pipe' }),
    resize: (size) => void execFileSync('mount', ['-o', `remount,size=${size}m`, path], { stdio: 'pipe' }),
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path], { stdio: 'pipe' })
      rmdirSync(path)
    },
  }
}

function writeTillFull(path: string) {
  const file = openSync(path, 'a')
  const block = Buffer.alloc(4096)
  try {
    for (;;) writeSync(file, block)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(file)
  }
}

function whyNoSmallDisk(): string | false {
  if (process.platform !== 'linux') return 'small disks are made on Linux only'
  if (process.getuid?.() !== 0) return 'only root may mount a small disk'
  try {
    smallDisk(1)[Symbol.dispose]()
    return false
  } catch (error) {
    return `no small disk can be mounted: ${String(error).split('\n').at(-2) ?? ''}`
  }
}
