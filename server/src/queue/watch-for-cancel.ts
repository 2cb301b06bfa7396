/** How often a worker looks whether somebody has cancelled what it works on. */
const LOOK_EVERY_MS = 250

/** A queue whose jobs may have `cancelled: true` in their data. */
interface Watched {
  getJob(id: string): Promise<{ data: object } | undefined>
}

/** Looks at the job now and then, since whoever cancels it may have asked any instance. */
export function watchForCancel(queue: Watched, jobId: string): Disposable & { cancelled: AbortSignal } {
  const cancel = new AbortController()
  let looking = false
  async function look() {
    if (looking) return
    looking = true
    try {
      const job = await queue.getJob(jobId)
      if (job && 'cancelled' in job.data && job.data.cancelled) cancel.abort(new Error('cancelled'))
    } catch {
      // The store is away for the moment: whoever cancels has to wait for it too.
    } finally {
      looking = false
    }
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return { cancelled: cancel.signal, [Symbol.dispose]: () => clearInterval(timer) }
}
