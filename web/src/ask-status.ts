import type { StatusReport } from '@queue-ops/server/contract'
import { clockAhead, type Problem } from './reading.ts'
import { isStatusReport } from './report-guard.ts'

const timeoutMs = 4000

export type Answer = { report: StatusReport; clockAheadMs: number } | { problem: Problem }

/**
 * One poll. Everything that is not a report becomes a problem in words; a report with HTTP 503 is one: the server
 * answers, its store does not. Rejects only when `stop` was signalled.
 */
export async function askStatus(stop: AbortSignal): Promise<Answer> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)])
    const response = await fetch('api/status', { signal, cache: 'no-store', headers: { accept: 'application/json' } })
    const body: unknown = await response.json().catch(notJson)
    if ((response.ok || response.status === 503) && isStatusReport(body)) {
      return { report: body, clockAheadMs: clockAhead(response.headers.get('date'), Date.now()) }
    }
    return { problem: { what: 'The server gives no usable answer', detail: unusable(response, body) } }
  } catch (error) {
    stop.throwIfAborted()
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError'
    const detail = timedOut ? `Nothing came within ${timeoutMs / 1000} s.` : 'There is no connection.'
    return { problem: { what: 'The server does not answer', detail } }
  }
}

function notJson(error: unknown): null {
  if (error instanceof SyntaxError) return null
  throw error
}

function unusable(response: Response, body: unknown): string {
  if (response.ok) return 'What it sent is not a status report; reload the page if the server was just updated.'
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  return typeof said === 'string' ? `HTTP ${response.status}: ${said}` : `HTTP ${response.status}.`
}
