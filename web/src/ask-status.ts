import type { ProbeStatus, StatusReport } from '@queue-ops/server/contract'
import { askJson, refusal } from './ask-json.ts'
import { clockAhead, type Problem } from './reading.ts'
import { isProbeStatus, isStatusReport } from './report-guard.ts'

export type Answer = { status: StatusReport | ProbeStatus; clockAheadMs: number } | { problem: Problem }

/**
 * One poll of who serves the page, the server or the probe. Everything that is not a status becomes a problem in words; a
 * report with HTTP 503 is one: the server answers, its store does not. Rejects only when `stop` was signalled.
 */
export async function askStatus(target: string | null, who: string, stop: AbortSignal): Promise<Answer> {
  const query = target === null ? '' : `?target=${encodeURIComponent(target)}`
  const came = await askJson(`api/status${query}`, stop)
  if ('nothing' in came) return { problem: { what: `The ${who} does not answer`, detail: came.nothing } }
  const { response, body } = came
  if ((response.ok || response.status === 503) && (isStatusReport(body) || isProbeStatus(body))) {
    return { status: body, clockAheadMs: clockAhead(Date.parse(response.headers.get('date') ?? ''), Date.now()) }
  }
  const detail = response.ok
    ? `What it sent is not a status report; reload the page if the ${who} was just updated.`
    : refusal(response, body)
  return { problem: { what: `The ${who} gives no usable answer`, detail } }
}
