import { finding, judgeLow, known, measured, unseen, type Rule } from './rule.ts'
import { counted } from './words.ts'
import { shortName, workersOf } from './workers.ts'

const MB = 1024 * 1024

/**
 * Whether each worker can write the folder in which it makes files, and how much room is left there. Tried by the worker
 * itself, since only there are its mount and its user (field notes, section 4, signal 15). Exports are refused before
 * the disk is full: EXPORT_MIN_FREE_MB.
 */
export const exportFolder: Rule = (signals, limits) => {
  if (signals.kind !== 'exports') return null
  const name = 'export_folder'
  const level = limits.freeBytes
  const workers = workersOf(signals, limits)
  const nothing = measured(null, 'bytes', level)
  if (!workers) {
    const never = 'No worker tells how its folder is.'
    return unseen(name, signals, known(signals.workers) ? null : signals.workers, never, nothing)
  }
  const { living } = workers
  if (living.length === 0)
    return finding(name, 'unknown', 'No worker lives that could tell how its folder is.', nothing)
  const fullest = living
    .flatMap((worker) => (worker.folder.freeBytes === null ? [] : [{ worker, free: worker.folder.freeBytes }]))
    .toSorted((a, b) => a.free - b.free)[0]
  const told = measured(fullest?.free ?? null, 'bytes', level)
  const broken = living.find(({ folder }) => folder.problem !== null)
  if (broken) {
    const message = `Worker ${shortName(broken)} cannot write its folder of exports: ${broken.folder.problem}.`
    return finding(name, 'fail', message, { ...told, action: 'Mend the folder on its host: exports fail there.' })
  }
  const writes = counted(living.length, 'worker writes', 'workers write')
  if (!fullest) return finding(name, 'pass', `${writes}; how much room is left cannot be told.`, told)
  const status = judgeLow(fullest.free, level, signals.trend.before.get(name))
  const free = `${Math.floor(fullest.free / MB).toLocaleString('en-US')} MB`
  if (status === 'pass') return finding(name, 'pass', `${writes}; ${free} are free.`, told)
  const message = `Only ${free} are free where worker ${shortName(fullest.worker)} makes exports.`
  return finding(name, status, message, { ...told, action: 'Make room, or keep exports for less time.' })
}
