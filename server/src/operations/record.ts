import { randomUUID } from 'node:crypto'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { OperationQueue, RecordData } from './operation-job.ts'

const events: Record<RecordData['kind'], string> = {
  pause: 'queue_paused',
  resume: 'queue_resumed',
  export: 'dead_letters_exported',
  board: 'board_action',
}

/** Puts what was done at once among the operations. */
export interface Trail {
  /** Never rejects: what was done is done, and when the store does not take the record the log has it. */
  record(done: RecordData): Promise<void>
}

/** @param records the queue of the operations */
/** @param readOnly nothing may be changed in the store, so what is done, which is to read, stands on the log only */
export function openTrail(records: OperationQueue, readOnly: boolean, log: Log): Trail {
  return {
    async record(done) {
      log.info({ event: events[done.kind], ...done }, 'an operator has done something')
      if (readOnly) return
      await askStore(records, () => records.add(done.kind, done, { jobId: randomUUID() })).catch((err: unknown) =>
        log.warn({ event: 'record_lost', ...done, err }, 'what was done is on the log only'),
      )
    },
  }
}
