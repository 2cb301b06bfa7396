import { HistoryResolution, type ProbeHistory } from '@queue-ops/server/contract'
import { z } from 'zod'
import { readIncidents, readPage, type HistoryQuery } from '../history/read-history.ts'
import { asError, asJson, type Answer, type Route, type Serving } from './route.ts'

const hour = 3_600_000

/** How far back a page looks when nothing is said. */
const lookback: Record<HistoryResolution, number> = {
  raw: hour,
  minute: 6 * hour,
  hour: 7 * 24 * hour,
  day: 365 * 24 * hour,
}

const moment = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-12-01T02:00:00Z' })
  .transform((time) => Date.parse(time))

const Query = z.strictObject({
  resolution: HistoryResolution.default('raw'),
  from: moment.optional(),
  to: moment.optional(),
  target: z.string().optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number from 1 to 5000')
    .transform(Number)
    .pipe(z.number().min(1, 'must be at least 1').max(5000, 'must be at most 5000'))
    .default(1000),
  cursor: z
    .string()
    .regex(/^\d{1,15}\.\d{1,15}$/, 'must be the next_cursor of an answer')
    .transform((text) => {
      const [at, id] = text.split('.')
      return { at: Number(at), id: Number(id) }
    })
    .optional(),
})

/** What is watched now, and a page of what was seen: everything that a status page needs. */
export const history: Route = {
  path: '/history.json',
  answer(parameters, serving) {
    const given = Query.safeParse(Object.fromEntries(parameters))
    if (!given.success) return asError(400, sentence(given.error))
    const now = serving.clock.now()
    const { from, to = now.getTime(), target = null, cursor = null, ...rest } = given.data
    return answer({ ...rest, from: from ?? to - lookback[rest.resolution], to, target, cursor }, serving, now)
  },
}

function answer(query: HistoryQuery, { memory, version }: Serving, now: Date): Answer {
  try {
    const page = memory.read((tables) => ({ ...readPage(tables, query), incidents: readIncidents(tables, query) }))
    const whole: ProbeHistory = {
      schema: 1,
      version,
      time: now.toISOString(),
      targets: memory.targets.filter(({ name }) => query.target === null || name === query.target),
      resolution: query.resolution,
      from: new Date(query.from).toISOString(),
      to: new Date(query.to).toISOString(),
      ...page,
      problem: memory.problem,
    }
    return asJson(whole)
  } catch {
    return asError(503, 'The history cannot be read: the log of the probe says why.')
  }
}

function sentence(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue?.code === 'unrecognized_keys') return `${issue.keys.join(', ')} is no known parameter.`
  return `${issue?.path.join('.') ?? 'A parameter'}: ${issue?.message ?? 'is wrong'}.`
}
