import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes a file that can be written by nobody any more, not even by who has it open, until it is disposed of. */
export function immutable(path: string): Disposable {
  execFileSync('chattr', ['+i', path], { stdio: 'pipe' })
  return { [Symbol.dispose]: () => void execFileSync('chattr', ['-i', path], { stdio: 'pipe' }) }
}

/** Why there are no such files on this machine, false when there are. */
export const noImmutable = whyNoImmutable()

function whyNoImmutable(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'queue-ops-immutable-'))
  const path = join(folder, 'file')
  const file = openSync(path, 'a')
  try {
    using _locked = immutable(path)
    writeSync(file, 'x')
    return 'the file system of temporary files has no immutable files'
  } catch (error) {
    const refused = error instanceof Error && 'syscall' in error && error.syscall === 'write'
    return !refused && 'only root on Linux can make a file immutable'
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}
