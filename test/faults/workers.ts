import type { Program } from '../support/program.ts'
import type { System } from './system.ts'

/** The worker of a system that has one. */
export function onlyWorker({ workers }: System): Program {
  const [worker, ...others] = workers
  if (worker === undefined || others.length > 0) throw new Error(`${workers.length} workers run instead of one`)
  return worker
}
