import type { Queue } from 'bullmq'
import type { QueueStatus, StatusReport } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Health } from '../health/health.ts'
import type { Signals } from '../health/rules/signals.ts'
import { askStore } from '../queue/ask-store.ts'
import { latestDeadLetters } from '../queue/dead-letters.ts'
import { version } from '../version.ts'
import { BOARD_PATH, boardJobUrl } from './board.ts'
import type { Mount } from './mount.ts'
import { readProbeResults } from './probe-results.ts'

const DEAD_LETTERS_SHOWN = 10
const PROBE_RESULTS_SHOWN = 60

/** Everything the status page shows. `queue` is null when the queue store does not answer. */
export type ReadStatus = () => Promise<StatusReport>

export const statusReader =
  (health: Health, queue: Queue, probeResultsFile: string): ReadStatus =>
  async () => {
    const [{ signals, report }, probeResults] = await Promise.all([
      health.snapshot(),
      readProbeResults(probeResultsFile, PROBE_RESULTS_SHOWN),
    ])
    return {
      version,
      health: report,
      queue: await queueStatus(queue, signals),
      probe_results: probeResults,
      board_url: `${BOARD_PATH}/`,
      fleet: null,
      read_only: false,
    }
  }

/** `GET /api/status`: 503 when the queue store does not answer. */
export const mountStatus = (readStatus: ReadStatus): Mount => ({
  path: '/api/status',
  method: 'get',
  handler: async (_req, res) => {
    const status = await readStatus()
    res.setHeader('Cache-Control', 'no-store')
    res.status(status.queue ? 200 : 503).json(status)
  },
})

async function queueStatus(queue: Queue, { counts, paused, consumers }: Signals): Promise<QueueStatus | null> {
  if (!counts || paused === null || consumers === null) return null
  try {
    const deadLetters = await askStore(queue, () =>
      latestDeadLetters(queue, DEAD_LETTERS_SHOWN, (jobId) => boardJobUrl(queue.name, jobId)),
    )
    return {
      counts,
      paused,
      consumers: consumers === 'unsupported' ? [] : consumers,
      workers: null,
      dead_letters: deadLetters,
    }
  } catch (error) {
    // The store went away between the two reads; the next report will say so.
    if (error instanceof OpsError) return null
    throw error
  }
}
