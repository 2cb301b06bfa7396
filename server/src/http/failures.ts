import type { Request } from 'express'
import { z } from 'zod'
import type { FailureGroup, FailureGroups, FailuresOfGroup, FoundJob } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'
import { errorOf, LOOKED_AT_CHARS } from '../operations/error-masks.ts'
import { groupsIn, isIn, spanOf, type FoundGroup } from '../operations/failure-groups.ts'
import { readBeginnings, type Failures, type QueueFailures } from '../operations/failures.ts'
import type { DeadBeginning, Death } from '../queue/dead-letter-store.ts'
import { toldTime } from '../told-time.ts'
import { pageOf } from '../tools/page.ts'
import { untrusted } from '../tools/untrusted.ts'
import { boardJobUrl } from './board.ts'
import type { Mount } from './mount.ts'
import { queueOf } from './queue-of.ts'

/** On a page. */
const PAGE = 50

/** What is read by then is told. */
const WAITED_MS = 1200

const SAMPLE_BYTES = 500
const TEXT_BYTES = 300
const NAME_BYTES = 150

interface Asked {
  queues: AttachedQueues
  failures: Failures
}

/** `GET /api/queues/QUEUE/failures`: all dead letters by error. */
export const mountFailures = ({ queues, failures }: Asked): Mount => ({
  path: '/api/queues/:queue/failures',
  method: 'get',
  handler: async (req, res) => {
    const { window, cursor } = readQuery(req)
    const found = await failures.look(await queueOf(req, queues), WAITED_MS)
    const { groups, count, beyond, from, to } = groupsIn(found.index, window)
    const { items, nextCursor } = pageOf(groups, groupName, { limit: PAGE, cursor })
    const answer: FailureGroups = {
      queue: found.queue.name,
      at: new Date().toISOString(),
      total: found.index.total,
      grouped: count - beyond,
      in_no_group: beyond,
      too_old: found.index.older,
      complete: found.complete,
      from: from === null ? null : toldTime(from),
      to: to === null ? null : toldTime(to),
      groups: await tellGroups(found, items),
      group_count: groups.length,
      next_cursor: nextCursor,
    }
    res.setHeader('Cache-Control', 'no-store')
    res.json(answer)
  },
})

/** `GET /api/queues/QUEUE/failures/GROUP`: the dead letters of one group, newest first. */
export const mountFailuresOfGroup = ({ queues, failures }: Asked): Mount => ({
  path: '/api/queues/:queue/failures/:group',
  method: 'get',
  handler: async (req, res) => {
    const { window, cursor } = readQuery(req)
    const found = await failures.look(await queueOf(req, queues), WAITED_MS)
    const name = String(req.params['group'])
    const group = groupsIn(found.index, window).groups.find(({ group }) => group === name)
    if (!group) throw gone(found)
    const deaths = found.index.deathsOf(name).filter((death) => isIn(window, death))
    const { items, nextCursor } = pageOf(deaths.toReversed(), idOf, { limit: PAGE, cursor })
    const [told] = await tellGroups(found, [group])
    if (!told) throw gone(found)
    const answer: FailuresOfGroup = {
      queue: found.queue.name,
      group: told,
      jobs: await tellJobs(found, items),
      next_cursor: nextCursor,
    }
    res.setHeader('Cache-Control', 'no-store')
    res.json(answer)
  },
})

const isoTime = z.iso.datetime({ offset: true })
const Query = z.object({
  failed_after: isoTime.optional(),
  failed_before: isoTime.optional(),
  cursor: z.string().max(1000).optional(),
})

function readQuery(req: Request) {
  const { success, data } = Query.safeParse(req.query)
  if (!success)
    throw new OpsError(
      'invalid_input',
      'failed_after and failed_before need an ISO 8601 time such as 2026-11-24T12:00:00Z, and cursor is next_cursor of the page before.',
    )
  return { window: spanOf(data.failed_after, data.failed_before), cursor: data.cursor }
}

const gone = ({ complete }: QueueFailures) =>
  complete
    ? new OpsError('not_found', 'No dead letter is in this group any more: they were retried, discarded or removed.')
    : new OpsError('store_unavailable', 'The dead letters are still being read: ask again in a moment.')

async function tellGroups(failures: QueueFailures, groups: readonly FoundGroup[]): Promise<FailureGroup[]> {
  const newest = groups.flatMap((group) => group.newest.slice(0, 1))
  const samples = await readBeginnings(failures, newest, LOOKED_AT_CHARS)
  return groups.map((group) => tellGroup(group, samples.get(group.newest[0]?.jobId ?? '')))
}

const tellGroup = (group: FoundGroup, sample: DeadBeginning | undefined): FailureGroup => ({
  group: group.group,
  count: group.count,
  first_seen: toldTime(group.firstAt),
  last_seen: toldTime(group.lastAt),
  job_names: group.names.map((name) => untrusted(name, NAME_BYTES)),
  pattern: untrusted(errorOf(sample?.reason ?? ''), SAMPLE_BYTES),
  untrusted_sample: sample ? untrusted(sample.reason, SAMPLE_BYTES, sample.reasonLength) : '',
  sample_ids: group.newest.map(idOf),
  spark: group.spark,
})

async function tellJobs(failures: QueueFailures, deaths: readonly Death[]): Promise<FoundJob[]> {
  const jobs = await readBeginnings(failures, deaths, TEXT_BYTES)
  return deaths.flatMap(({ jobId }) => {
    const job = jobs.get(jobId)
    return job ? tellJob(failures.queue.name, job) : []
  })
}

const tellJob = (queue: string, { jobId, name, failedAt, reason, reasonLength }: DeadBeginning): FoundJob => ({
  job_id: jobId,
  name: untrusted(name, NAME_BYTES),
  state: 'failed',
  at: toldTime(failedAt),
  untrusted_text: untrusted(reason, TEXT_BYTES, reasonLength),
  board_url: boardJobUrl(queue, jobId),
})

const groupName = ({ group }: FoundGroup) => group
const idOf = ({ jobId }: Death) => jobId
