import { StatusReport } from '@queue-ops/server/contract'
import { within } from '../deadline.ts'
import { asFailure, OwnFault } from '../failure.ts'
import { openHttpLink, type HttpLink } from '../link/http-link.ts'
import type { HttpReach } from '../target.ts'

/** What came of asking a server for its status. */
export type ServerAnswer =
  | { kind: 'report'; report: StatusReport }
  /** Nobody answered, or only who stands in front; `detail` is a part of a sentence. */
  | { kind: 'silent'; detail: string }
  /** It answers, but has no status report: a server of others. */
  | { kind: 'no_report' }

/** More than a server needs whose store is frozen (1.5 s), less than the page waits for the probe (4 s). */
const TIMEOUT_MS = 2500

/** Asks the public address that stands beside the MCP endpoint, within {@link TIMEOUT_MS}. Never rejects. */
export async function askServer(reach: HttpReach, userAgent: string): Promise<ServerAnswer> {
  try {
    const link = await openHttpLink(reach, userAgent, null)
    try {
      return await within(TIMEOUT_MS, new AbortController().signal, (signal) => ask(link, signal))
    } finally {
      await link.close()
    }
  } catch (error) {
    if (error instanceof OwnFault) return { kind: 'no_report' }
    const { reason, message } = asFailure(error)
    return reason === 'unreachable' || reason === 'timeout'
      ? { kind: 'silent', detail: message }
      : { kind: 'no_report' }
  }
}

async function ask({ reach, headers, fetch }: HttpLink, signal: AbortSignal): Promise<ServerAnswer> {
  const address = new URL('api/status', reach.url)
  const response = await fetch(address.href, {
    signal,
    // Headers with secrets are for this address only.
    redirect: 'manual',
    headers: { ...headers, accept: 'application/json' },
  })
  const text = await response.text()
  const report = StatusReport.safeParse(parsed(text))
  if (report.success) return { kind: 'report', report: withHost(report.data, address) }
  const isFromInFront = [502, 503, 504].includes(response.status)
  return isFromInFront ? { kind: 'silent', detail: `HTTP ${response.status}` } : { kind: 'no_report' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The links of a report lead to the server, also from a page that is served elsewhere; and nowhere else. */
function withHost(report: StatusReport, address: URL): StatusReport {
  const absolute = (link: string) => {
    const url = URL.parse(link, address.href)
    return url?.origin === address.origin ? url.href : `${address.origin}/`
  }
  const { queue, board_url } = report
  const letters = queue?.dead_letters.map((letter) => ({ ...letter, board_url: absolute(letter.board_url) })) ?? []
  return { ...report, board_url: absolute(board_url), queue: queue && { ...queue, dead_letters: letters } }
}
