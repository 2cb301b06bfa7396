import type { GetJobOutput } from '../contract.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { lookInto, type TextLimits } from '../tools/get-job.ts'
import { boardJobUrl } from './board.ts'
import type { Mount } from './mount.ts'
import { queueOf } from './queue-of.ts'

/** Much more than a model should read, and no more than a person can. */
const forPeople: TextLimits = {
  name: 500,
  data: 60_000,
  progress: 10_000,
  returnValue: 60_000,
  reason: 20_000,
  stack: 20_000,
  logLine: 1000,
  logLines: 200,
}

/** `GET /api/queues/QUEUE/jobs/ID`: what the tool get_job tells, with more of each text, and the job in Bull Board. */
export const mountJob = (queues: AttachedQueues): Mount => ({
  path: '/api/queues/:queue/jobs/:job',
  method: 'get',
  handler: async (req, res) => {
    const queue = await queueOf(req, queues)
    const id = String(req.params['job'])
    const job: GetJobOutput & { board_url: string } = {
      ...(await lookInto(queue, id, forPeople)),
      board_url: boardJobUrl(queue.name, id),
    }
    res.setHeader('Cache-Control', 'no-store')
    res.json(job)
  },
})
