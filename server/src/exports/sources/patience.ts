import { SourceFailure, tooSlow } from './failure.ts'

/**
 * What `work` gives, or SourceFailure after `ms`. The work goes on unless `giveUp` ends it; how it ends then nobody hears.
 */
export async function within<T>(ms: number, work: Promise<T>, giveUp: () => void): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    giveUp()
    reject(new SourceFailure(tooSlow))
  }, ms)
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
