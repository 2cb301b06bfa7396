import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { StatusEvent } from '@queue-ops/server/contract'

/** An event of `/api/events` as it came. */
export interface ReceivedEvent {
  id: string | null
  status: StatusEvent
}

/** Somebody who looks at the status page. */
export interface Viewer extends Disposable {
  /** The next event that is like this, of those not yet looked at. Rejects when the stream ends before. */
  next(isWanted?: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent>
}

/** @param lastEventId of a viewer that comes back */
export async function openViewer(server: string, lastEventId?: string): Promise<Viewer> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const request = get(`${server}/api/events`, { headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const events = eventsIn(response)
  return {
    async next(isWanted = () => true) {
      for (;;) {
        const { value, done } = await events.next()
        if (done) throw new Error('the stream has ended')
        if (isWanted(value)) return value
      }
    },
    [Symbol.dispose]: () => void request.destroy(),
  }
}

async function* eventsIn(response: IncomingMessage): AsyncGenerator<ReceivedEvent, void> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk)
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (data) yield { id: /^id: (.*)$/m.exec(part)?.[1] ?? null, status: StatusEvent.parse(JSON.parse(data)) }
    }
  }
}
