import { setTimeout as pause } from 'node:timers/promises'
import type { Job, Queue } from 'bullmq'
import type { Log } from '../log.ts'
import { askStore } from './ask-store.ts'
import type { EventStream } from './event-stream.ts'
import { keepsEvent } from './kept-event.ts'
import { lookInTurn } from './look-in-turn.ts'
import type { Store } from './store.ts'

/** A read waits so long for events; afterwards it is looked whether anybody still wants them, and whether any may be lost. */
const READ_MS = 5000

/** The store is asked again so soon after a read that failed. */
const RETRY_MS = 500

/** As many as BullMQ keeps by default. */
const KEPT_EVENTS = 10_000

/**
 * So many events at once may be what is left of more, when this process was held up and the store has forgotten the others:
 * it keeps thousands, unless an operator has set less.
 */
const SUSPICIOUSLY_MANY = 50

/** What marks the place in the stream from which on a process reads. Nobody else knows this event. */
const MARK = 'queue-ops:reading'

/**
 * What befell a job, in BullMQ's words for its events with their fields as texts; or `missed`: events may have been lost, so
 * who wants to know has to look at the job; or `closed`: nothing will be told any more.
 */
export type JobNews = { event: string } & Record<string, string>

/**
 * Tells who follows a job what befalls it, in whichever process that happens. All followers of a process share one reader of
 * the queue's events, so that they cost the store no more than one; without followers nothing is read. Should an event get
 * lost in a way that nobody notices, the job is looked at now and then all the same.
 */
export interface JobWatch {
  /**
   * Also of what is no job, see {@link tell}. From the moment at which the promise is fulfilled nothing is missed: look at the job then. What is told is a hint, the
   * truth is the state of the job. Never rejects: when the store is away, `missed` is told once it is back.
   */
  follow(jobId: string, hear: (news: JobNews) => void): Promise<Disposable>
  /** Lets all who follow something of this name hear of an event of ours, in whichever process. Rejects like any call. */
  tell(name: string, event: string): Promise<void>
  close(): Promise<void>
}

/** @param queue by whose connection the place in the stream is marked; closed by its owner */
export function openJobWatch(store: Store, queue: Queue, log: Log): JobWatch {
  return new SharedReader(queue, () => store.openEvents(queue.name), log)
}

/** Those who follow one job, and when it had ended at the last look; null when it had not. */
interface Followers {
  hearing: Set<(news: JobNews) => void>
  endedAt: number | null
}

class SharedReader implements JobWatch {
  readonly #followers = new Map<string, Followers>()
  readonly #queue: Queue
  readonly #open: () => EventStream
  readonly #log: Log
  readonly #closed = new AbortController()
  #stream: EventStream | null = null
  /** Fulfilled when it is settled from where on is read; null while nothing is read. */
  #begun: Promise<void> | null = null
  #reading: Promise<void> = Promise.resolve()

  constructor(queue: Queue, open: () => EventStream, log: Log) {
    this.#queue = queue
    this.#open = open
    this.#log = log
  }

  async follow(jobId: string, hear: (news: JobNews) => void): Promise<Disposable> {
    const followers = this.#followers.get(jobId) ?? { hearing: new Set(), endedAt: null }
    followers.hearing.add(hear)
    this.#followers.set(jobId, followers)
    await (this.#begun ??= this.#begin())
    if (this.#closed.signal.aborted) hear({ event: 'closed' })
    return {
      [Symbol.dispose]: () => {
        followers.hearing.delete(hear)
        if (followers.hearing.size === 0 && this.#followers.get(jobId) === followers) this.#followers.delete(jobId)
      },
    }
  }

  async tell(name: string, event: string): Promise<void> {
    await this.#queue.getBackend().publishEvent({ event, jobId: name }, KEPT_EVENTS)
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#tellAll('closed')
    await this.#stream?.close()
    await this.#reading
  }

  async #begin(): Promise<void> {
    const from = await this.#mark()
    if (this.#closed.signal.aborted) return
    const read = new AbortController()
    const looking = lookInTurn(
      () => this.#followers.keys(),
      (name) => this.#look(name),
      read.signal,
    )
    this.#reading = this.#read(from)
      .finally(() => read.abort())
      .then(() => looking)
  }

  /** The id of an event of our own, since "from now on" would begin anew with each read. Null when none can be written. */
  async #mark(): Promise<string | null> {
    const publish = () => this.#queue.getBackend().publishEvent({ event: MARK }, KEPT_EVENTS)
    return askStore(this.#queue, publish).catch(() => null)
  }

  async #read(from: string | null): Promise<void> {
    const { signal } = this.#closed
    let last = from
    let missed = false
    while (!signal.aborted && this.#followers.size > 0) {
      try {
        this.#stream ??= this.#open()
        missed = this.#stream.lostConnection() || last === null || missed
        const before = last
        const events = await this.#stream.read(before ?? '$', READ_MS)
        missed = this.#stream.lostConnection() || missed
        for (const { id, fields } of events) {
          last = id
          this.#tell(fields)
        }
        if (before !== null && (await this.#hasForgotten(before, events.length))) {
          missed = true
          if (events.length === 0) last = null
        }
        last ??= await this.#mark()
        if (missed) this.#tellAll('missed')
        missed = false
      } catch (error) {
        missed = true
        this.#log.debug({ event: 'job_events_unread', err: error }, 'the events of the queue could not be read')
        await pause(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    }
    this.#begun = null
  }

  /** Whether events behind this one were forgotten before they were read, as far as what was read gives reason to ask. */
  async #hasForgotten(before: string, found: number): Promise<boolean> {
    if (found > 0 && found < SUSPICIOUSLY_MANY) return false
    return !(await askStore(this.#queue, () => keepsEvent(this.#queue, before)))
  }

  /** Tells those who follow a job when it has ended, or is gone, since the last look; of what is no job, always. */
  async #look(name: string) {
    const followers = this.#followers.get(name)
    if (!followers) return
    try {
      const job = (await askStore(this.#queue, () => this.#queue.getJob(name))) as Job | undefined
      const endedAt = job?.finishedOn ?? null
      if (job && endedAt === followers.endedAt) return
      followers.endedAt = endedAt
      for (const hear of followers.hearing) hear({ event: 'missed' })
    } catch (error) {
      this.#log.debug({ event: 'job_unread', err: error }, 'a job that is waited for could not be looked at')
    }
  }

  #tell(news: JobNews) {
    for (const hear of this.#followers.get(news['jobId'] ?? '')?.hearing ?? []) hear(news)
  }

  #tellAll(event: 'missed' | 'closed') {
    for (const { hearing } of this.#followers.values()) for (const hear of hearing) hear({ event })
  }
}
