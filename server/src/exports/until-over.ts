import { ExportProgress, type ExportStatusOutput, type JobState } from '../contract.ts'
import type { JobNews, JobWatch } from '../queue/job-watch.ts'

/** How long a caller waits for an export, and what is told meanwhile. */
export interface Patience {
  timeoutMs: number
  /** Ends the waiting before its time. */
  signal?: AbortSignal
  /** Ends the waiting too; without it only the end of the export does. */
  isEnough?(status: ExportStatusOutput): boolean
  /** Called with the status first, then for each progress that the worker tells. */
  told?(state: JobState, progress: ExportProgress | null): void
}

export const isOver = ({ state }: { state: JobState }): boolean => state === 'completed' || state === 'failed'

/** Our event for a job that somebody has cancelled: what works on it may not have stopped yet. */
export const CANCELLED = 'queue-ops:cancelled'

/** Events after which an export may be over; `removed` makes asking for its status reject. */
const DECISIVE = new Set(['completed', 'failed', 'removed', 'missed', CANCELLED])

/**
 * Gives the status of an export as soon as it is over, or its present one when patience has ended. The store is asked at the
 * beginning and at the end, however long that takes; between them there are the events of the queue. Rejects like `status`.
 */
export async function untilOver(
  watch: JobWatch,
  jobId: string,
  status: () => Promise<ExportStatusOutput>,
  { timeoutMs, signal, told, isEnough = isOver }: Patience,
): Promise<ExportStatusOutput> {
  // Also so that a store that is away is told as soon as by every other call.
  const first = await status()
  if (isEnough(first) || timeoutMs === 0) return first
  told?.(first.state, first.progress)
  const bell = new Bell()
  const stop = () => bell.stop()
  const timer = setTimeout(stop, timeoutMs)
  signal?.addEventListener('abort', stop)
  try {
    using _following = await watch.follow(jobId, (news) => {
      if (news.event === 'progress') told?.('active', progressIn(news))
      if (news.event === 'closed') bell.stop()
      if (DECISIVE.has(news.event)) bell.ring()
    })
    for (;;) {
      const { stopped } = bell
      const now = await status()
      if (isEnough(now) || stopped || signal?.aborted) return now
      await bell.rings()
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

function progressIn({ data = '' }: JobNews): ExportProgress | null {
  try {
    return ExportProgress.safeParse(JSON.parse(data)).data ?? null
  } catch {
    return null
  }
}

/** Rings for who waits, also when it was rung before he began to; for ever once it is stopped. */
class Bell {
  stopped = false
  #rung = false
  #wake: (() => void) | undefined

  stop(): void {
    this.stopped = true
    this.ring()
  }

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  async rings(): Promise<void> {
    if (!this.#rung && !this.stopped) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    this.#rung = false
  }
}
