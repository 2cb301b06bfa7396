import { OpsError } from '../errors.ts'
import type { WhyUnread } from './queue-facts.ts'

const reasons: Record<WhyUnread, string> = {
  wrong_type: 'a key of it holds something else than BullMQ keeps there',
  forbidden: 'this user of the store may not read all of its keys',
}

/** A queue that cannot be read, while its store answers and others can. */
export class UnreadableQueue extends OpsError {
  constructor(queue: string, why: WhyUnread) {
    super('store_unavailable', `The queue "${queue.slice(0, 100)}" cannot be read: ${reasons[why]}.`)
  }
}
