import type { Program } from '../support/program.ts'
import type { System } from './system.ts'

/** The worker of a system that has one. */
export function onlyWorker({ workers }: System): Program {
  const [worker, ...others] = workers
  if (worker === undefined || others.length > 0) throw new Error(`${workers.length} workers run instead of one`)
  return worker
}

/** A deployment: the worker ends as it should, and another one is started with further settings. */
export async function replaceWorker(system: System, env: Record<string, string> = {}): Promise<void> {
  await onlyWorker(system).stop()
  await system.startWorker(env)
}

/** Starts the worker again whenever it ends, as a supervisor does, until it is told to retire or the system ends. */
export function keepWorkerRunning(system: System): { retire(): Promise<void> } {
  let retired = false
  let starting: Promise<void> = Promise.resolve()
  const watch = (worker: Program) => {
    worker.process.once('exit', () => {
      // One that is killed before it has started has ended too.
      const started = retired ? starting : system.startWorker().then(watch)
      starting = started.catch(() => undefined)
    })
  }
  watch(onlyWorker(system))
  const retire = async () => {
    retired = true
    await starting
  }
  system.owns({ [Symbol.asyncDispose]: retire })
  return { retire }
}
