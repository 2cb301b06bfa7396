import type { Queue } from 'bullmq'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import type { JobWatch } from '../queue/job-watch.ts'
import {
  MAX_SUBSCRIPTIONS,
  OVER_KEPT_MS,
  SUBSCRIPTIONS_KEPT_MS,
  type Kept,
  type Subscriptions,
} from '../queue/subscriptions.ts'
import { Followed } from './followed.ts'
import type { OfferedResources } from './offered-resources.ts'
import { ProtocolMistake } from './protocol-mistake.ts'
import { SubscriptionSweep } from './subscription-sweep.ts'
import { tellingMistakes } from './telling-mistakes.ts'
import { Told } from './told.ts'

/** What tells the instance that has a session's stream that its subscriptions are others now. */
const CHANGED = 'queue-ops:subscribed'

/** The same when its client has ended it. */
const ENDED = 'queue-ops:session-ended'

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
  /** Forgets what a session has subscribed to and ends its stream. Rejects with ProtocolMistake when the store is away. */
  end(session: string): Promise<void>
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
  const sweep = new SubscriptionSweep(subscriptions, resources, ask)
  const tell = (session: string, event: string) => ask(() => watch.tell(nameOf(session), event))
  return {
    async subscribe(session, uri) {
      let isOver = false
      const trial = await resources.follow(uri, () => (isOver = true))
      trial[Symbol.dispose]()
      await ask(() => makeRoomFor(subscriptions, session, uri))
      const add = () => ask(() => subscriptions.add(session, uri, isOver ? OVER_KEPT_MS : SUBSCRIPTIONS_KEPT_MS))
      if (!(await add())) {
        await sweep.run()
        if (!(await add())) throw new ProtocolMistake(FULL)
      }
      await tell(session, CHANGED)
    },
    async unsubscribe(session, uri) {
      await ask(() => subscriptions.remove(session, uri))
      await tell(session, CHANGED)
    },
    async end(session) {
      const kept = await ask(() => subscriptions.read(session))
      await ask(() => Promise.all(kept.map(({ topic }) => subscriptions.remove(session, topic))))
      await tell(session, ENDED)
    },
    async stream(session, lastId, send, gone) {
      const ended = new AbortController()
      const end = AbortSignal.any([gone, closing.signal, ended.signal])
      const read = () => askStore(queue, () => subscriptions.read(session))
      const told = (uri: string) => askStore(queue, () => subscriptions.hasten(session, uri, OVER_KEPT_MS))
      const updates = new SessionUpdates({ read, told }, resources, new Told(lastId), send)
      using _following = await watch.follow(nameOf(session), ({ event }) => {
        if (event === ENDED) ended.abort()
        updates.refresh()
      })
      updates.refresh()
      await aborted(end)
      updates.stop()
    },
    close: () => closing.abort(),
  }
}

/** Of a session that has as many as it may, the one that was told first makes room. Throws ProtocolMistake when there is none. */
async function makeRoomFor(subscriptions: Subscriptions, session: string, uri: string): Promise<void> {
  const kept = await subscriptions.read(session)
  if (kept.length < MAX_SUBSCRIPTIONS || kept.some(({ topic }) => topic === uri)) return
  const [first] = kept.filter(({ leftMs }) => leftMs <= OVER_KEPT_MS).toSorted((a, b) => a.leftMs - b.leftMs)
  if (!first)
    throw new ProtocolMistake(`A session has at most ${MAX_SUBSCRIPTIONS} subscriptions: end some of them first.`)
  await subscriptions.remove(session, first.topic)
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}

/** What the store keeps of one session. */
interface SessionSubscriptions {
  read(): Promise<Kept[]>
  told(uri: string): Promise<void>
}

/** Follows what one session has subscribed to and tells each version once. */
class SessionUpdates {
  readonly #kept: SessionSubscriptions
  readonly #told: Told
  readonly #followed: Followed
  #running = false
  #again = false
  #stopped = false
  #retry: NodeJS.Timeout | undefined

  constructor(kept: SessionSubscriptions, resources: OfferedResources, told: Told, send: SendUpdate) {
    this.#kept = kept
    this.#told = told
    this.#followed = new Followed(resources, (uri, version) => {
      // When the store is away it stays for longer, which does no harm.
      void kept.told(uri).catch(() => undefined)
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
      const uris = new Set((await this.#kept.read()).map(({ topic }) => topic))
      this.#told.keepOnly(uris)
      return (await this.#followed.only(uris)).length === 0
    } catch {
      return false
    }
  }
}
