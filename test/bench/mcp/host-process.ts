// Serves the same status of the same export in every way that is compared, from one process over one store connection.
// Argument: where the queue is. Sends { url, jobId } when it listens, and the CPU time so far whenever it is asked.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createExports } from '@queue-ops/server/exports'
import { openJobWatch } from '@queue-ops/server/job-watch'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { getExportStatus } from '@queue-ops/server/tools/get-export-status'
import express from 'express'
import { definedTools } from '../../support/defined-tools.ts'
import { bareRoute, ours, plainV1, plainV2 } from './ways.ts'

const [queueUrl = ''] = process.argv.slice(2)
const log = createLog('silent')
const store = openStore(queueUrl, 'bench', log)
const queue = store.openQueue('exports')
const noDatasets = {
  list: () => [],
  pick() {
    throw new Error('nothing is started here')
  },
}
const exports = createExports(
  queue,
  openJobWatch(store, queue, log),
  noDatasets,
  async (file) => `http://127.0.0.1/exports/${file}`,
)
const status = getExportStatus(exports)
const tools = definedTools().map((tool) => (tool.name === status.name ? (status as unknown as typeof tool) : tool))

// An export in the middle of its work, as it is asked for most often.
const job = await queue.add('export', { dataset: 'cities', format: 'csv' }, { attempts: 3 })
await job.updateProgress({ rows: 120_000, total: 1_000_000, percent: 12, seconds_left: 40 })

const app = express().disable('x-powered-by')
app.use('/bare', bareRoute(exports))
app.use('/ours', ours(tools, log))
app.use('/plain-v1', plainV1(tools))
app.use('/plain-v2', plainV2(tools))
const server = createServer(app)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ url: `http://127.0.0.1:${port}`, jobId: job.id })
})

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMs: (user + system) / 1000 })
})
process.on('disconnect', () => process.exit(0))
