import type { Log } from '../log.ts'
import { jobsKind } from './jobs/jobs-source.ts'
import { sourceKinds } from './sources/list.ts'
import type { SourceKind } from './sources/source.ts'

/**
 * Every kind of source there is: those outside of the house, and the jobs of the store itself. What a kind needs of
 * libraries is loaded when a dataset of it is read: a thread is small without them (docs/bench-export.md).
 */
export const allSourceKinds = (
  { queueUrl, queuePrefix }: { queueUrl: string; queuePrefix: string },
  log: Log,
): SourceKind[] => [
  ...sourceKinds,
  jobsKind(async () => (await import('../queue/store.ts')).openStore(queueUrl, queuePrefix, log)),
]
