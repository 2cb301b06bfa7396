import type { Channel } from './channel.ts'
import { isOfSameKey, isTooOld, nextOf, pauseAfter, type Message } from './message.ts'
import { MAX_RETRY_AFTER_MS, send, type Attempt } from './send.ts'

/** What became of a message, for counters. */
export type Outcome = 'delivered' | 'retried' | 'given_up'

interface Surroundings {
  now(): Date
  complain(sentence: string): void
  /** The message has changed, or is gone: the file is to know. */
  onChange(id: string, message: Message | null): void
  onOutcome(channel: string, event: Message['alert']['event'], outcome: Outcome): void
}

/** A look at the clock at least so often, whatever the wall clock does. */
const MAX_SLEEP_MS = 15_000
const JITTER = 0.1

/** Delivers the messages of one channel, one after the other, until each is told or given up. */
export class Courier {
  readonly #channel: Channel
  readonly #world: Surroundings
  readonly #stopping = new AbortController()
  #messages: Message[] = []
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> | null = null
  #lastFailure: string | null = null
  #stopped = false

  constructor(channel: Channel, world: Surroundings) {
    this.#channel = channel
    this.#world = world
  }

  /** Those not delivered yet, oldest first. */
  get messages(): readonly Message[] {
    return this.#messages
  }

  add(messages: readonly Message[]): void {
    this.#messages.push(...messages)
    this.#goOn()
  }

  /** Resolves once everything is delivered that is due, or after `ms`; what is left stays to be delivered. */
  async stop(ms: number): Promise<void> {
    this.#stopped = true
    const timer = setTimeout(() => this.#stopping.abort(), ms)
    while (this.#underWay !== null) await this.#underWay
    clearTimeout(timer)
    clearTimeout(this.#timer)
  }

  #goOn() {
    if (this.#underWay !== null || this.#stopping.signal.aborted) return
    clearTimeout(this.#timer)
    const next = nextOf(this.#messages)
    if (next === null) return
    const wait = next.dueAt - this.#world.now().getTime()
    // Longer than any pause: the clock has been put back.
    if (wait <= 0 || wait > 2 * MAX_RETRY_AFTER_MS) {
      this.#underWay = this.#deliver(next.message).finally(() => {
        this.#underWay = null
        this.#goOn()
      })
    } else if (!this.#stopped) {
      this.#timer = setTimeout(() => this.#goOn(), Math.min(wait, MAX_SLEEP_MS)).unref()
    }
  }

  async #deliver(message: Message): Promise<void> {
    const { id, alert } = message
    const { signal } = this.#stopping
    const attempt = await send(() => this.#channel.request(alert, { id, now: this.#world.now() }), signal)
    // Not known whether it arrived: it is told once more after the next start, with the same id.
    if (signal.aborted && !attempt.ok) return
    if (attempt.ok) this.#delivered(message)
    else this.#failed(message, attempt)
  }

  #delivered(message: Message) {
    if (this.#lastFailure !== null) this.#world.complain(`alerts to ${this.#channel.name} are delivered again`)
    this.#lastFailure = null
    this.#remove(message, 'delivered')
  }

  #failed(message: Message, attempt: Extract<Attempt, { ok: false }>) {
    const now = this.#world.now().getTime()
    const { name } = this.#channel
    // Not what was answered: servers like to repeat the address, which is a secret.
    const why = attempt.words
    if (attempt.isFinal || isTooOld(message, now)) {
      this.#world.complain(
        `an alert to ${name} is given up (${message.alert.event} of ${message.alert.target}): ${why}`,
      )
      return this.#remove(message, 'given_up')
    }
    if (attempt.words !== this.#lastFailure) {
      this.#world.complain(`an alert to ${name} could not be delivered and is tried again: ${why}`)
    }
    this.#lastFailure = attempt.words
    this.#postpone(message, now, attempt.retryAfterMs ?? 0)
    this.#world.onOutcome(name, message.alert.event, 'retried')
  }

  /** With those behind it, which were not tried either. The newest has the shortest pause and so decides. */
  #postpone(message: Message, now: number, leastMs: number) {
    const waiting = this.#messages.filter((each) => isOfSameKey(each, message))
    const pause = Math.max(pauseAfter(Math.min(...waiting.map(({ attempts }) => attempts)) + 1), leastMs)
    const nextAt = now + Math.round(pause * (1 - JITTER + 2 * JITTER * Math.random()))
    const later = new Map(waiting.map((each) => [each.id, { ...each, attempts: each.attempts + 1, nextAt }]))
    this.#messages = this.#messages.map((each) => later.get(each.id) ?? each)
    for (const [id, each] of later) this.#world.onChange(id, each)
  }

  #remove(message: Message, outcome: Outcome) {
    this.#messages = this.#messages.filter(({ id }) => id !== message.id)
    this.#world.onChange(message.id, null)
    this.#world.onOutcome(this.#channel.name, message.alert.event, outcome)
  }
}
