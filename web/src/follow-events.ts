import type { StatusEvent } from '@queue-ops/server/contract'
import { createParser } from 'eventsource-parser'
import { clockAhead } from './reading.ts'
import { isStatusEvent } from './report-guard.ts'

/** A server tells how things are every 0.5 s, with hundreds of queues every 3 s: one that does not for so long is gone. */
const SILENT_MS = 6000

export interface Listener {
  /** The newest status, with how far the clock of the server is ahead. */
  heard(status: StatusEvent, clockAheadMs: number): void
}

/**
 * Reads the events of the server for as long as they come. Resolves with whether any came: after a stream that was broken it
 * is worth to try again at once, after none it is not. Never rejects.
 */
export async function followEvents(stop: AbortSignal, listener: Listener): Promise<boolean> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENT_MS)
  let any = false
  try {
    const signal = AbortSignal.any([stop, silence.signal])
    const response = await fetch('api/events', { signal, headers: { accept: 'text/event-stream' }, cache: 'no-store' })
    const isStream = response.ok && response.headers.get('content-type')?.startsWith('text/event-stream')
    if (!isStream || !response.body) return any
    const ahead = clockAhead(Date.parse(response.headers.get('date') ?? ''), Date.now())
    const parser = createParser({
      onEvent({ event, data }) {
        const status: unknown = event === 'snapshot' ? JSON.parse(data) : null
        if (!isStatusEvent(status)) return
        any = true
        listener.heard(status, ahead)
      },
    })
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENT_MS)
      parser.feed(text)
    }
  } catch {
    // Broken, silent or stopped: who asked goes on by asking.
  } finally {
    clearTimeout(timer)
  }
  return any
}
