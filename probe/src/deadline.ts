import { StepFailure } from './failure.ts'

/**
 * Does `work` with a signal that aborts after `ms` milliseconds or when `stop` does, and rejects then whether or not
 * the work listens to its signal. Otherwise as the work itself.
 */
export async function within<T>(ms: number, stop: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  stop.throwIfAborted()
  const controller = new AbortController()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const end = (reason: Error) => {
    reject(reason)
    controller.abort(reason)
  }
  const onStop = () => end(new StepFailure('stopped before it ended'))
  const timer = setTimeout(() => end(new StepFailure(`no answer within ${ms} ms`)), ms)
  stop.addEventListener('abort', onStop)
  try {
    return await Promise.race([ended, work(controller.signal)])
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', onStop)
  }
}
