import { readFileSync, statSync } from 'node:fs'
import { ConfigError } from '../errors.ts'
import { readLimitsFile } from './limits-file.ts'
import type { QueueSettings } from './report.ts'
import type { Limits } from './rules/limits.ts'

/** What became of a new version of the file; mistakes: it was refused. */
export interface LimitsNews {
  path: string
  mistakes: string[]
}

/** So often it is seen whether the file is another one. */
const LOOK_EVERY_MS = 2000

/**
 * Gives what each queue is judged by at the moment. Follows the file, so that maintenance can be declared while the
 * program runs: a new version with mistakes, or none at all, is told of and leaves the last good one in force. Throws
 * ConfigError when the first version has mistakes or cannot be read.
 *
 * @param path null: there is no file, the presets hold
 */
export function openLimits(
  path: string | null,
  presets: (queue: string) => Limits,
  queues: string[],
  told: (news: LimitsNews) => void,
): (queue: string) => QueueSettings {
  if (path === null) return (queue) => ({ limits: presets(queue), maintenance: [] })
  const read = () => {
    const version = versionOf(path)
    const text = textOf(path)
    const nothing = { settingsOf: (queue: string) => ({ limits: presets(queue), maintenance: [] }) }
    if (text === null) return { version, ...nothing, mistakes: [`${path} cannot be read: name a file that can.`] }
    return { version, ...readLimitsFile(path, text, presets, queues) }
  }
  let current = read()
  if (current.mistakes.length > 0) throw new ConfigError(current.mistakes.map((mistake) => `HEALTH_FILE ${mistake}`))
  let lookedAt = performance.now()
  let refused = current.version
  return (queue) => {
    if (performance.now() - lookedAt >= LOOK_EVERY_MS) {
      lookedAt = performance.now()
      const version = versionOf(path)
      if (version !== current.version && version !== refused) {
        const next = read()
        if (next.mistakes.length === 0) current = next
        refused = next.version
        told({ path, mistakes: next.mistakes })
      }
    }
    return current.settingsOf(queue)
  }
}

function versionOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return 'none'
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
