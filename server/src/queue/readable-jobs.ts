import { Job, type JobJson, type MinimalQueue, type Queue } from 'bullmq'

/**
 * A job whose data another producer wrote as something else than JSON has it as the text that it is. BullMQ refuses to read such
 * a job, and with it every list that it is in.
 */
class ReadableJob extends Job {
  static override fromJSON<T, R, N extends string>(queue: MinimalQueue, json: JobJson, jobId?: string): Job<T, R, N> {
    try {
      return super.fromJSON<T, R, N>(queue, json, jobId)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return super.fromJSON<T, R, N>(queue, { ...json, data: JSON.stringify(json.data) }, jobId)
    }
  }
}

/** Lets a queue read each of its jobs. Its workers are none of this: they fail what they cannot read. */
export function withReadableJobs(queue: Queue): Queue {
  return Object.defineProperty(queue, 'Job', { value: ReadableJob })
}
