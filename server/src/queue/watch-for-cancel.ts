import type { Queue } from 'bullmq'

/** How often a worker looks whether somebody has cancelled what it works on. */
const LOOK_EVERY_MS = 250

/** Looks at the job now and then, since whoever cancels it may have asked any instance. */
export function watchForCancel(
  queue: Queue<{ cancelled?: boolean | undefined }>,
  jobId: string,
): Disposable & { cancelled: AbortSignal } {
  const cancel = new AbortController()
  let looking = false
  async function look() {
    if (looking) return
    looking = true
    try {
      const job = await queue.getJob(jobId)
      if (job?.data.cancelled) cancel.abort(new Error('cancelled'))
    } catch {
      // The store is away for the moment: whoever cancels has to wait for it too.
    } finally {
      looking = false
    }
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return { cancelled: cancel.signal, [Symbol.dispose]: () => clearInterval(timer) }
}
