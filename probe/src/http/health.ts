import { isOverdue } from '../memory/wellness.ts'
import { asJson, type Route } from './route.ts'

/** Whether the probe itself works, whatever it sees: every target is being probed. 503 when not. */
export const health: Route = {
  path: '/health',
  answer(_query, { memory, startedAt, version, clock }) {
    const overdue = memory.targets.filter((target) => isOverdue(target, startedAt, clock.now())).map(({ name }) => name)
    const undelivered = memory.undelivered.map(({ channel, messages }) => ({ channel, alerts: messages.length }))
    const isTroubled = memory.problem !== null || undelivered.some(({ alerts }) => alerts > 0)
    const status = overdue.length > 0 ? 'fail' : isTroubled ? 'warn' : 'pass'
    const answer = {
      status,
      version,
      started_at: startedAt.toISOString(),
      not_probed: overdue,
      history_problem: memory.problem,
      undelivered,
    }
    return asJson(answer, status === 'fail' ? 503 : 200, 'application/health+json')
  },
}
