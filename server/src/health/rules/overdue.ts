import type { Level, Limits } from './limits.ts'
import { heldBy } from './held.ts'
import { finding, judge, measured, notWhilePaused, stopping, type Finding } from './rule.ts'
import type { Signals } from './signals.ts'
import { lasting } from './words.ts'

interface Due {
  at: number | null
  level: Level
  /** What to say when nothing is to come. */
  none: string
  /** What is late, for a sentence. */
  what: string
  action: string
}

/**
 * Judges something that was due. Workers promote what is due when they look for jobs, so while they cannot take any,
 * for want of slots or because the queue's settings hold them back, it is late with reason, which is at most a warning.
 */
export function judgeDue(name: string, due: Due, signals: Signals, limits: Limits): Finding {
  const { level, at } = due
  if (at === null) return finding(name, 'pass', due.none, measured(0, 'seconds', level))
  const overdueS = Math.max(0, signals.observedAt.getTime() - at) / 1000
  const told = measured(overdueS, 'seconds', level)
  if (signals.paused) return notWhilePaused(name, told)
  const status = judge(overdueS, level, signals.trend.before.get(name))
  if (status === 'pass') return finding(name, 'pass', `${due.what} is not overdue.`, told)
  const message = `${due.what} is overdue for ${lasting(overdueS * 1000)}`
  const held = heldBy(signals, limits)
  if (held) return finding(name, 'warn', `${message}: ${held.why}.`, { ...told, action: held.action })
  const found = finding(name, status, `${message}.`, { ...told, action: due.action })
  return status === 'fail' ? stopping(found) : found
}
