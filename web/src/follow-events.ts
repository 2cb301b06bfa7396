import type { StatusEvent } from '@queue-ops/server/contract'
import { isStatusEvent } from './report-guard.ts'

/** A server tells how things are every 0.5 s, with hundreds of queues every 3 s: one that does not for so long is gone. */
const SILENT_MS = 6000

/**
 * Reads the events of the server for as long as they come. Resolves with whether any came: after a stream that was broken it
 * is worth to try again at once, after none it is not. Never rejects.
 */
export async function followEvents(stop: AbortSignal, heard: (status: StatusEvent) => void): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const source = new EventSource('api/events')
  let silence = setTimeout(resolve, SILENT_MS)
  let any = false
  source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
    clearTimeout(silence)
    silence = setTimeout(resolve, SILENT_MS)
    const status: unknown = JSON.parse(data)
    if (!isStatusEvent(status)) return
    any = true
    heard(status)
  })
  // It would try again by itself, but whoever asks next learns why there is nothing.
  source.addEventListener('error', () => resolve())
  stop.addEventListener('abort', () => resolve())
  if (!stop.aborted) await over
  clearTimeout(silence)
  source.close()
  return any
}
