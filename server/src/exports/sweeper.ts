import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { JobState } from '../contract.ts'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { ExportQueue } from './export-job.ts'
import type { ExportFiles, StoredFile } from './files/export-files.ts'
import { removeUnlessInUse } from './files/remove-unless-in-use.ts'
import { whatToDelete, type Limits } from './files/retention.ts'
import { beyondKept } from './kept-results.ts'
import { isLeftover, ownerOf, type JobFate } from './leftovers.ts'

const SWEEP_EVERY_MS = 5 * 60_000

/** No upload takes so long: whoever began it is dead. */
const ABANDONED_MS = 24 * 60 * 60_000

/** What is swept, and by which rules. */
export interface Swept {
  files: ExportFiles
  /** Where this machine's workers write unfinished files. */
  workFolder: string
  queue: ExportQueue
  limits: Limits
  /** How many results of each schedule are kept, by its name. */
  kept(): Map<string, number>
}

/**
 * Removes finished files whose time is over and what dead workers have left, now and every five minutes. Any number of
 * them may do that at the same time: all decide by what they find, and removing twice does no harm.
 */
export function startSweeper(swept: Swept, log: Log): { close(): Promise<void> } {
  const stop = new AbortController()
  const sweeping = sweepTillStopped(swept, log, stop.signal)
  return {
    close() {
      stop.abort()
      return sweeping
    },
  }
}

async function sweepTillStopped(swept: Swept, log: Log, stop: AbortSignal) {
  while (!stop.aborted) {
    // Each part for itself: an object storage that is away does not keep the disk from being swept.
    for (const part of [sweepLeftovers, sweepAbandoned, sweepFinished]) {
      await part(swept, log, stop).catch((error: unknown) => {
        if (!stop.aborted) log.warn({ event: 'sweep_failed', part: part.name, err: error }, 'old files were not swept')
      })
    }
    await pause(SWEEP_EVERY_MS, undefined, { signal: stop }).catch(() => undefined)
  }
}

async function sweepLeftovers({ workFolder, queue }: Swept, log: Log) {
  const fates = new Map<string, JobFate>()
  for (const name of await readdir(workFolder)) {
    const owner = ownerOf(name)
    if (owner === undefined) continue
    const path = join(workFolder, name)
    const found = await stat(path).catch(() => null)
    if (owner !== null && !fates.has(owner)) fates.set(owner, await fateOf(queue, owner))
    if (!found || !isLeftover(owner === null ? null : (fates.get(owner) ?? null), Date.now() - found.mtimeMs)) continue
    await rm(path, { force: true })
    log.info({ event: 'leftover_removed', file: name, bytes: found.size }, 'what a dead worker had left was removed')
  }
}

async function fateOf(queue: ExportQueue, jobId: string): Promise<JobFate> {
  const state = JobState.safeParse(await askStore(queue, () => queue.getJobState(jobId)))
  if (!state.success) return 'gone'
  return state.data === 'completed' || state.data === 'failed' ? 'over' : 'live'
}

async function sweepAbandoned({ files }: Swept, log: Log, stop: AbortSignal) {
  const count = await files.removeAbandoned(Date.now() - ABANDONED_MS, stop)
  if (count > 0) log.info({ event: 'abandoned_removed', count }, 'publishing that was never ended was given up')
}

async function sweepFinished({ files, limits, kept }: Swept, log: Log, stop: AbortSignal) {
  const found = await files.list(stop)
  const deleted = new Set<StoredFile>()
  async function remove(file: StoredFile, why: string) {
    stop.throwIfAborted()
    const { name, bytes, modifiedAt } = file
    const outcome = await removeUnlessInUse(files, name)
    if (outcome !== 'in use') deleted.add(file)
    if (outcome !== 'removed') return
    const publishedAt = new Date(modifiedAt).toISOString()
    log.info({ event: 'export_deleted', file: name, bytes, published_at: publishedAt }, `a file was deleted, ${why}`)
  }
  // What `keepLatest` does not find any more, because its job is gone.
  for (const file of beyondKept(found, kept())) await remove(file, 'its schedule has newer ones')
  const left = found.filter((file) => !deleted.has(file))
  for (const file of whatToDelete(left, limits, Date.now())) await remove(file, 'its time is over')
}
