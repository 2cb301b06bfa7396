/**
 * What `work` gives, or what `instead` gives when that takes longer than so many milliseconds. Rejects as `work` does; what comes of
 * it later is nobody's any more.
 */
export async function inTime<T, Other>(ms: number, work: Promise<T>, instead: () => Other): Promise<T | Other> {
  const { promise: late, resolve } = Promise.withResolvers<Other>()
  const timer = setTimeout(() => resolve(instead()), ms)
  try {
    // A loser of the race that rejects is taken note of by it.
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
