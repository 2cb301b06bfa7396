import { setTimeout as pause } from 'node:timers/promises'
import type { ExportFormat, ExportResult } from '@queue-ops/server/contract'
import { connectHttp, type McpClient } from '../../support/mcp-client.ts'
import { startProgram, temporaryFolder } from '../../support/program.ts'
import type { BenchData } from './bench-data.ts'
import { peakMemory } from './peak-memory.ts'
import { TABLE } from './rows.ts'

const POLL_MS = 100

/** The built program with all its roles in one process, on a queue of its own, and a client. */
export interface Exporter extends AsyncDisposable {
  mcp: McpClient
  /** Gives the job id. */
  start(format: ExportFormat, limit?: number): Promise<string>
  /** Resolves when the export is completed, rejects when it failed. */
  finished(jobId: string): Promise<ExportResult>
  /** Of the program, threads included, in MB; undefined where the system does not tell. */
  peakMemory(): number | undefined
}

export async function startExporter({ datasetsFile }: BenchData): Promise<Exporter> {
  const folder = await temporaryFolder()
  const program = await startProgram({
    ROLE: 'all',
    DATA_DIR: folder.path,
    DATASETS_FILE: datasetsFile,
    WORKER_CONCURRENCY: '1',
    // Exports that wait their turn are no ill health here.
    WAITING_LIMIT: '100000',
  })
  const mcp = await connectHttp(program.url)
  return {
    mcp,
    start: (format, limit) => mcp.startExport({ dataset: TABLE, format, ...(limit === undefined ? {} : { limit }) }),
    async finished(jobId) {
      for (;;) {
        const { state, result, fail_reason } = await mcp.exportStatus(jobId)
        if (result) return result
        if (state === 'failed') throw new Error(`the export failed: ${fail_reason}`)
        await pause(POLL_MS)
      }
    },
    peakMemory: () => peakMemory(program.process.pid ?? 'self'),
    async [Symbol.asyncDispose]() {
      await mcp[Symbol.asyncDispose]()
      await program[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
