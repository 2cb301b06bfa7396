import type { HistoryResolution, ProbeHistory } from '@queue-ops/server/contract'
import { askJson, refusal } from './ask-json.ts'
import { isProbeHistory } from './report-guard.ts'

/** The newest page of what the probe saw of a target, or a sentence why there is none. Rejects only by `stop`. */
export async function askHistory(
  target: string,
  resolution: HistoryResolution,
  limit: number,
  stop: AbortSignal,
): Promise<ProbeHistory | string> {
  const query = new URLSearchParams({ target, resolution, limit: String(limit) })
  const came = await askJson(`history.json?${query}`, stop)
  if ('nothing' in came) return came.nothing
  if (!came.response.ok) return refusal(came.response, came.body)
  return isProbeHistory(came.body)
    ? came.body
    : 'What came is no history; reload the page if the probe was just updated.'
}
