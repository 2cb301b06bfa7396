import type { Log } from '../log.ts'
import { openStore } from '../queue/store.ts'
import { jobsKind } from './jobs/jobs-source.ts'
import { sourceKinds } from './sources/list.ts'
import type { SourceKind } from './sources/source.ts'

/** Every kind of source there is: those outside of the house, and the jobs of the store itself. */
export const allSourceKinds = (
  { queueUrl, queuePrefix }: { queueUrl: string; queuePrefix: string },
  log: Log,
): SourceKind[] => [...sourceKinds, jobsKind(() => openStore(queueUrl, queuePrefix, log))]
