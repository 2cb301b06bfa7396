import { setTimeout as pause } from 'node:timers/promises'
import { quantile, type Figures } from '../../figures.ts'
import type { LiveQueue } from '../contender.ts'
import { openFresh, type Measure, type Started } from '../measure.ts'
import type { Sizes } from '../sizes.ts'
import { forkWorker } from '../worker-handle.ts'

/** Lets the worker come to rest, at no fixed distance from anybody's timers (ms). */
const REST_MS = 10

/** The first ones open statements and connections; that is nothing to who polls. */
const IGNORED = 3

/** Milliseconds since 1970, finer than Date.now() and the same in every process of the machine. */
export const now = () => performance.timeOrigin + performance.now()

/** From the call of `add` to the start of the job, in milliseconds, while an idle worker of the same process waits. */
export const latencyInProcess: Measure = async (started, sizes) => {
  await using queue = await openFresh(started)
  if (!queue.live) return {}
  const starts = new Starts()
  const stop = await queue.live.work((number) => starts.tell(number, now()))
  const latencies = await sample(started, queue.live, starts, sizes)
  await stop()
  return named('latencyInProcess', latencies)
}

/** The same with the worker in another process. */
export const latencyAcrossProcesses: Measure = async (started, sizes) => {
  await using queue = await openFresh(started)
  if (!queue.live) return {}
  const starts = new Starts()
  await using worker = await forkWorker(started.contender.id, queue.address)
  worker.onStart((number, at) => starts.tell(number, at))
  return named('latencyAcross', await sample(started, queue.live, starts, sizes))
}

const named = (name: string, latencies: number[]): Figures => ({
  [`${name}P50`]: quantile(latencies, 0.5),
  [`${name}P99`]: quantile(latencies, 0.99),
})

async function sample({ contender }: Started, live: LiveQueue, starts: Starts, sizes: Sizes): Promise<number[]> {
  const ignored = contender.pollMs ? 0 : IGNORED
  const samples = contender.pollMs ? sizes.latenciesOfPollers : sizes.latencies
  const latencies: number[] = []
  for (let number = 0; number < samples + ignored; number++) {
    // A poller may be anywhere in its period when a job comes.
    await pause(REST_MS + Math.random() * (contender.pollMs ?? REST_MS))
    const startedAt = starts.of(number)
    const addedAt = now()
    await live.add(number)
    latencies.push((await startedAt) - addedAt)
  }
  return latencies.slice(ignored)
}

/** When each job started, for whoever waits for it. */
class Starts {
  readonly #expected = new Map<number, (at: number) => void>()

  of(number: number): Promise<number> {
    return new Promise((resolve) => this.#expected.set(number, resolve))
  }

  tell(number: number, at: number): void {
    this.#expected.get(number)?.(at)
    this.#expected.delete(number)
  }
}
