import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { OpsError, type ErrorCode } from '../errors.ts'
import type { CatalogueSettings } from './datasets/open-catalogue.ts'
import type { ExportData } from './export-job.ts'
import type { Place } from './unfinished-file.ts'
import type { RowsDone, WrittenExport } from './write-export.ts'

/** A thread without work is kept so long: it has its modules loaded and compiled, and costs some 20 MB. */
const IDLE_MS = 60_000

/**
 * V8 lets a thread's young objects grow to twice 64 MB and more while rows rush through it; with 16 it is as fast, and a
 * million rows of CSV take 25 MB more than 50,000 rather than 70 (measured).
 */
const YOUNG_MB = 16

export interface ThreadTask {
  place: Place
  data: ExportData
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
}

export function startExportThreads(settings: CatalogueSettings, maxThreads: number): ExportThreads {
  const pool = new Piscina({
    filename: new URL('./export-thread.js', import.meta.url).href,
    workerData: { datasetsFile: settings.datasetsFile, dataDir: settings.dataDir } satisfies CatalogueSettings,
    minThreads: 0,
    maxThreads,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  return {
    async run(task, report, signal) {
      const { port1, port2 } = new MessageChannel()
      port1.on('message', report)
      try {
        const answer = (await pool.run({ ...task, port: port2 }, { signal, transferList: [port2] })) as ThreadAnswer
        if ('written' in answer) return answer.written
        const { code, message, cause } = answer.refused
        throw new OpsError(code, message, { cause })
      } finally {
        port1.close()
      }
    },
    close: () => pool.destroy(),
  }
}
