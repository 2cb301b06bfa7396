import { rm, writeFile } from 'node:fs/promises'
import { connectHttp } from '../../support/mcp-client.ts'
import type { Fault } from '../fault.ts'
import { startExport } from '../jobs.ts'

export const processorNeverReturns: Fault = {
  name: 'processor never returns',
  how: 'the source of an export never answers; afterwards the export is cancelled',
  system: { store: 'redis', workerModule: 'faulty-reads.ts', limits: { active_s: '10/20' } },
  seenAs: ['active_jobs'],
  window: { ms: 20_000, why: '20 s: active_s, set here (default: EXPORT_TIMEOUT_MS and 5 min)' },
  afterMs: 0,
  async inject({ server, flag }) {
    await writeFile(flag, 'hang')
    const jobId = await startExport(server.url)
    return async () => {
      await rm(flag)
      await using mcp = await connectHttp(server.url)
      await mcp.call('cancel_export', { job_id: jobId })
    }
  },
}
