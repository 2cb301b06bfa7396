import { spawnSync } from 'node:child_process'
import { serverProgram, type User } from './program.ts'

const isRoot = process.getuid?.() === 0

/** Somebody whom permissions bind, as they do not bind root: nobody, or who runs the test when that is not root. */
export const service: User = isRoot
  ? { uid: 65534, gid: 65534 }
  : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

/** Why no program can be run as `service`, false when one can. */
export const noService = whyNoService()

/** Why nothing can be done as another user than `service`, false when it can. */
export const noOtherUser = noService || (!isRoot && 'only root can act as several users')

function whyNoService(): string | false {
  if (process.platform === 'win32') return 'Windows has other permissions'
  if (!isRoot) return false
  const { status } = spawnSync(process.execPath, [serverProgram, '--help'], { ...service, stdio: 'ignore' })
  return status !== 0 && `user ${service.uid} cannot read the program`
}
