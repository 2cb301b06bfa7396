import type { Queue } from 'bullmq'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { JobWatch } from '../queue/job-watch.ts'
import { MAX_SUBSCRIPTIONS, type Subscriptions } from '../queue/subscriptions.ts'
import { Followed } from './followed.ts'
import type { OfferedResources } from './offered-resources.ts'
import { ProtocolMistake } from './protocol-mistake.ts'
import { tellingMistakes } from './telling-mistakes.ts'
import { Told } from './told.ts'

/** What tells the instance that has a session's stream that its subscriptions are others now. */
const CHANGED = 'queue-ops:subscribed'

const nameOf = (session: string) => `session ${session}`

const FULL =
  'The queue store keeps no more subscriptions at the moment: wait with wait_for_export, or ask with get_export_status.'

/** After a look that failed because the store was away. */
const RETRY_MS = 1000

/** One update on the stream of a session; `id` is to be given back as Last-Event-ID. */
export type SendUpdate = (id: string, uri: string) => void

/**
 * Clients of before 2026-07-28 that want to hear of resources over HTTP. A session is but a name until it subscribes to
 * something: then that stands in the store, so that requests and the stream of one session may be on different instances and
 * the stream may go on at any other.
 */
export interface Sessions {
  /** Rejects with ProtocolMistake when there is no such resource, there are too many, or the store is away. */
  subscribe(session: string, uri: string): Promise<void>
  /** Rejects with ProtocolMistake when the store is away. */
  unsubscribe(session: string, uri: string): Promise<void>
  /**
   * Sends what a session has subscribed to, now or later, and has not been told: fulfilled when the client has gone or the
   * server closes.
   *
   * @param lastId of the last update that the client has seen
   */
  stream(session: string, lastId: string | undefined, send: SendUpdate, gone: AbortSignal): Promise<void>
  /** Ends all streams. */
  close(): void
}

/** @param queue whose store keeps the subscriptions */
export function openSessions(
  queue: Queue,
  subscriptions: Subscriptions,
  watch: JobWatch,
  resources: OfferedResources,
  log: Log,
): Sessions {
  const closing = new AbortController()
  const ask = <T>(calls: () => Promise<T>) => tellingMistakes(log, 'subscription', () => askStore(queue, calls))
  return {
    async subscribe(session, uri) {
      const trial = await resources.follow(uri, () => undefined)
      trial[Symbol.dispose]()
      const known = await ask(() => subscriptions.read(session))
      if (known.length >= MAX_SUBSCRIPTIONS && !known.includes(uri)) {
        throw new ProtocolMistake(`A session has at most ${MAX_SUBSCRIPTIONS} subscriptions: end some of them first.`)
      }
      if (!(await ask(() => subscriptions.add(session, uri)))) throw new ProtocolMistake(FULL)
      await ask(() => watch.tell(nameOf(session), CHANGED))
    },
    async unsubscribe(session, uri) {
      await ask(async () => {
        await subscriptions.remove(session, uri)
        await watch.tell(nameOf(session), CHANGED)
      })
    },
    async stream(session, lastId, send, gone) {
      const end = AbortSignal.any([gone, closing.signal])
      const read = () => askStore(queue, () => subscriptions.read(session))
      const updates = new SessionUpdates(read, resources, new Told(lastId), send)
      using _following = await watch.follow(nameOf(session), () => updates.refresh())
      updates.refresh()
      await aborted(end)
      updates.stop()
    },
    close: () => closing.abort(),
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}

/** Follows what one session has subscribed to and tells each version once. */
class SessionUpdates {
  readonly #read: () => Promise<string[]>
  readonly #told: Told
  readonly #followed: Followed
  #running = false
  #again = false
  #stopped = false
  #retry: NodeJS.Timeout | undefined

  constructor(read: () => Promise<string[]>, resources: OfferedResources, told: Told, send: SendUpdate) {
    this.#read = read
    this.#told = told
    this.#followed = new Followed(resources, (uri, version) => {
      if (told.has(uri, version)) return
      told.add(uri, version)
      send(String(told), uri)
    })
  }

  /** Looks which subscriptions there are, once more when it is asked for meanwhile. */
  refresh(): void {
    this.#again = true
    if (!this.#running && !this.#stopped) void this.#run()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    this.#followed.stop()
  }

  async #run() {
    this.#running = true
    clearTimeout(this.#retry)
    while (this.#again && !this.#stopped) {
      this.#again = false
      if (await this.#look()) continue
      this.#retry = setTimeout(() => this.refresh(), RETRY_MS)
      break
    }
    this.#running = false
  }

  async #look(): Promise<boolean> {
    try {
      const uris = new Set(await this.#read())
      this.#told.keepOnly(uris)
      return (await this.#followed.only(uris)).length === 0
    } catch {
      return false
    }
  }
}
