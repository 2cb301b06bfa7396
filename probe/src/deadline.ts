import { StepFailure } from './failure.ts'

/** Why work ended before it was done: the probe itself was stopped. */
export class Stopped extends Error {
  constructor() {
    super('stopped before it ended')
  }
}

/**
 * Does `work` with a signal that aborts after `ms` milliseconds or when `stop` does, and rejects then whether or not
 * the work listens to its signal: with a StepFailure `timeout`, or with Stopped. Otherwise as the work itself.
 */
export async function within<T>(ms: number, stop: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (stop.aborted) throw new Stopped()
  const controller = new AbortController()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const end = (reason: Error) => {
    reject(reason)
    controller.abort(reason)
  }
  const onStop = () => end(new Stopped())
  const timer = setTimeout(() => end(new StepFailure('timeout', `no answer within ${Math.round(ms)} ms`)), ms)
  stop.addEventListener('abort', onStop)
  try {
    return await Promise.race([ended, work(controller.signal)])
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', onStop)
  }
}
