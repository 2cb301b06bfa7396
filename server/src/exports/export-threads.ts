import { once } from 'node:events'
import { MessageChannel, type Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { OpsError, type ErrorCode } from '../errors.ts'
import type { DatasetsText } from './datasets/datasets-file.ts'
import type { OpenCatalogue } from './datasets/open-catalogue.ts'
import type { ExportData } from './export-job.ts'
import type { Place } from './unfinished-file.ts'
import type { RowsDone, WrittenExport } from './write-export.ts'

/** A thread without work is kept so long: it has its modules loaded and compiled, and costs some 20 MB. */
const IDLE_MS = 60_000

/**
 * Without a bound V8 lets a thread's heap grow while rows rush through it, by 40 MB and more from 50,000 to a million rows
 * (measured); with one it is as fast. Batches are of a megabyte, and rows so large that they do not fit are refused
 * (`large-rows.ts`): a thread that asks for too much at once takes the whole process with it.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 384 }

/** What every thread is made with. */
export interface ThreadSettings {
  dataDir: string
  /** The store whose jobs can be exported too. */
  queueUrl: string
  queuePrefix: string
}

export interface ThreadTask {
  place: Place
  data: ExportData
}

/** A task with the datasets of the moment at which it is begun; a new version of the file is for later ones. */
export interface DatedTask extends ThreadTask {
  datasets: DatasetsText | null
}

export type ThreadAnswer =
  | { written: WrittenExport }
  | { refused: { code: ErrorCode; message: string; cause: unknown } }

/**
 * Threads that read and write exports, so that whatever a source or a format does, the event loop that answers clients
 * goes on.
 */
export interface ExportThreads {
  /**
   * Rejects with OpsError, or at once with an `AbortError` when `signal` aborts: the thread is ended wherever it is, and
   * the unfinished file stays.
   */
  run(task: ThreadTask, report: (done: RowsDone) => void, signal: AbortSignal): Promise<WrittenExport>
  close(): Promise<void>
  /** Fulfilled when all threads have ended that were to end; never, when one is in native code that does not come back. */
  ended(): Promise<void>
}

const isOutOfMemory = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

/** What a thread is given must be copied to it: nothing that a caller has besides. */
const copied = ({ dataDir, queueUrl, queuePrefix }: ThreadSettings): ThreadSettings => ({
  dataDir,
  queueUrl,
  queuePrefix,
})

export function startExportThreads(
  catalogue: OpenCatalogue,
  settings: ThreadSettings,
  maxThreads: number,
): ExportThreads {
  const pool = new Piscina({
    filename: new URL('./export-thread.js', import.meta.url).href,
    workerData: copied(settings),
    minThreads: 0,
    maxThreads,
    idleTimeout: IDLE_MS,
    resourceLimits,
  })
  const alive = new Set<Worker>()
  pool.on('workerCreate', () => {
    for (const thread of pool.threads.filter((thread) => !alive.has(thread))) {
      alive.add(thread)
      thread.once('exit', () => alive.delete(thread))
    }
  })
  return {
    async run(task, report, signal) {
      const { port1, port2 } = new MessageChannel()
      port1.on('message', report)
      try {
        const dated: DatedTask = { ...task, datasets: catalogue.text() }
        const answer = (await pool.run({ ...dated, port: port2 }, { signal, transferList: [port2] })) as ThreadAnswer
        if ('written' in answer) return answer.written
        const { code, message, cause } = answer.refused
        throw new OpsError(code, message, { cause })
      } catch (cause) {
        if (!isOutOfMemory(cause)) throw cause
        throw new OpsError(
          'invalid_input',
          'The rows do not fit into the memory of a worker: leave large columns out.',
          {
            cause,
          },
        )
      } finally {
        port1.close()
      }
    },
    close: () => pool.destroy(),
    async ended() {
      const ending = [...alive].filter((thread) => !pool.threads.includes(thread))
      await Promise.all(ending.map((thread) => once(thread, 'exit')))
    },
  }
}
