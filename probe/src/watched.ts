import type { ProbeResult } from '@queue-ops/server/contract'
import type { Surroundings } from './app.ts'
import type { Config } from './config.ts'
import { runProbe } from './run.ts'
import type { Target } from './target.ts'

/** A target with what is remembered of it from run to run. */
export interface Watched {
  target: Target
  /** One run; who asks while one is under way is given that one's result. */
  run(): Promise<ProbeResult>
}

export function openWatched(target: Target, { debug }: Pick<Config, 'debug'>, world: Surroundings): Watched {
  let underWay: Promise<ProbeResult> | null = null
  let canaryBegun = Number.NEGATIVE_INFINITY
  const trace = debug ? (line: string) => world.trace(`${target.name} ${line}`) : null
  const run = async () => {
    const now = world.clock.elapsed()
    const isCanaryDue = now - canaryBegun >= (target.steps.canary_export?.everyMs ?? 0)
    const result = await runProbe({ ...world, target, isCanaryDue, trace })
    // One that failed is repeated with the next run: passing runs in between would hide it.
    if (result.steps.some(({ name, ok }) => name === 'canary_export' && ok)) canaryBegun = now
    return result
  }
  return {
    target,
    run: () =>
      (underWay ??= run().finally(() => {
        underWay = null
      })),
  }
}
