import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { Queue } from 'bullmq'
import { CANARY_ID, isCanary } from '../queue/canary-job.ts'
import type { Store } from '../queue/store.ts'

/** A queue as Bull Board shows it: the canary is neither counted nor listed, but found by its id. */
export class CanaryFreeAdapter extends BullMQAdapter {
  readonly #counts: () => ReturnType<Store['readCounts']>

  constructor(
    queue: Queue,
    store: Pick<Store, 'readCounts'>,
    options: ConstructorParameters<typeof BullMQAdapter>[1] = {},
  ) {
    super(queue, options)
    this.#counts = () => store.readCounts(queue, CANARY_ID)
  }

  override async getJobCounts(): ReturnType<BullMQAdapter['getJobCounts']> {
    return { ...(await super.getJobCounts()), ...(await this.#counts()).counts }
  }

  /** Behind a canary that is pending a page begins one job too early: no job is left out, one is seen twice. */
  override async getJobs(
    ...[states, start = 0, end = -1]: Parameters<BullMQAdapter['getJobs']>
  ): ReturnType<BullMQAdapter['getJobs']> {
    const isPage = states.length === 1 && end >= 0
    const jobs = (await super.getJobs(states, start, isPage ? end + 1 : end)).filter((job) => !isCanary(job))
    return isPage ? jobs.slice(0, end - start + 1) : jobs
  }
}
