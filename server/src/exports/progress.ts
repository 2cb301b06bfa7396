import type { ExportProgress } from '../contract.ts'
import type { Log } from '../log.ts'
import type { ExportJob } from './export-job.ts'
import type { RowsDone } from './write-export.ts'

/**
 * Tells the queue how a job goes. Progress is a courtesy: what comes while the last one is still being told is left out,
 * and whatever the store says to it, the export goes on.
 */
export class ProgressTeller {
  readonly #job: ExportJob
  readonly #log: Log
  readonly #rate = new Rate()
  #telling: Promise<void> | null = null

  constructor(job: ExportJob, log: Log) {
    this.#job = job
    this.#log = log
  }

  tell(done: RowsDone): void {
    const progress = this.#rate.progress(done, performance.now())
    this.#telling ??= this.#update(progress).finally(() => (this.#telling = null))
  }

  async tellLast(rows: number): Promise<void> {
    await this.#telling
    await this.#update({ rows, total: rows, percent: 100, seconds_left: 0 })
  }

  async #update(progress: ExportProgress): Promise<void> {
    await this.#job.updateProgress(progress).catch((error: unknown) => {
      this.#log.debug({ event: 'progress_not_told', job_id: this.#job.id, err: error }, 'the store did not take it')
    })
  }
}

/** Rows of an attempt before do not count for the rate: they were not written but found. */
export class Rate {
  #first: { rows: number; at: number } | null = null

  /** @param now milliseconds of a clock that nobody sets */
  progress({ rows, total }: RowsDone, now: number): ExportProgress {
    this.#first ??= { rows, at: now }
    if (total === null) return { rows, total, percent: null, seconds_left: null }
    const msPerRow = (now - this.#first.at) / (rows - this.#first.rows)
    const left = Math.max(total - rows, 0)
    return {
      rows,
      total,
      // The table may grow while it is read.
      percent: total === 0 ? 100 : Math.floor(Math.min(rows / total, 1) * 1000) / 10,
      seconds_left: Number.isFinite(msPerRow) ? Math.ceil((msPerRow * left) / 1000) : null,
    }
  }
}
