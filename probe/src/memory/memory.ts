import type { Incident, ProbeResult, WatchedTarget } from '@queue-ops/server/contract'
import { randomUUID } from 'node:crypto'
import type { Channel } from '../alerts/channel.ts'
import { Courier } from '../alerts/courier.ts'
import type { Message } from '../alerts/message.ts'
import { HistoryFile, type Change, type Tables } from '../history/history-file.ts'
import { prune, type Retention } from '../history/retention.ts'
import { closeIncident, takeResult } from '../incidents/take-result.ts'
import { whatToTell } from '../incidents/what-to-tell.ts'
import { inMaintenance } from '../maintenance.ts'
import { makeAlert } from './make-alert.ts'
import { readMessages, readTargets, saveIncident, saveMessage, saveResult, saveTarget } from './tables.ts'
import { Tally } from './tally.ts'
import { newState, TargetState, watchedTarget, withResult, type Remembered } from './target-state.ts'

export interface MemorySettings {
  /** The file of the history, or {@link IN_MEMORY}. */
  path: string
  retention: Retention
  channels: readonly Channel[]
  targets: readonly Remembered[]
  /** Whether somebody else still watches what is in the file and not among the targets; its incident is closed when not. */
  isWatchedElsewhere(target: string): boolean
  /** Whether there are more runs to come, at the interval of each target; a single run has its next one whenever it likes. */
  isScheduled: boolean
}

interface Surroundings {
  clock: { now(): Date }
  complain(sentence: string): void
}

/** Reminders and the ends of maintenance are noticed so often, beside each result. */
const TICK_MS = 2000
const PRUNE_EVERY_MS = 60_000

interface Watched {
  target: Remembered
  state: TargetState
  last: ProbeResult | null
}

/**
 * Takes every result, keeps it, tells when a target is ill and sees to it that the channels learn of it. What decides is in
 * memory and is written to the file in the same step, so that a file that fails stops neither the probe nor its alerts, and
 * a probe that is killed goes on where it was.
 */
export class Memory {
  readonly tally = new Tally()
  readonly #settings: MemorySettings
  readonly #world: Surroundings
  readonly #file: HistoryFile
  readonly #watched = new Map<string, Watched>()
  readonly #couriers: ReadonlyMap<string, Courier>
  readonly #ticking: NodeJS.Timeout
  /** What has changed and is not handed to the file yet. */
  #changes = new Map<string, Change>()
  #prunedAt = Number.NEGATIVE_INFINITY
  /** Of the message that was posted last. */
  #order = 0

  /** Throws OwnFault when the file cannot be had. */
  constructor(settings: MemorySettings, world: Surroundings) {
    this.#settings = settings
    this.#world = world
    const now = () => world.clock.now()
    this.#file = new HistoryFile(settings.path, {
      ...world,
      now,
      isLasting: settings.isScheduled,
      onNewFile: () => this.#saveEverything(),
    })
    this.#couriers = new Map(settings.channels.map((channel) => [channel.name, this.#courierFor(channel)]))
    this.#recall()
    this.#ticking = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  record(result: ProbeResult, target: Remembered): void {
    this.tally.run(result)
    const watched = this.#watched.get(target.name) ?? { target, state: newState, last: null }
    this.#watched.set(target.name, watched)
    const rule = { ...target.alert, intervalMs: this.#settings.isScheduled ? target.intervalMs : null }
    const { course, changed } = takeResult(watched.state.course, result, rule, randomUUID)
    watched.last = result
    watched.state = { ...withResult(watched.state, result), course }
    if (changed !== null) this.#changes.set(`incident ${changed.id}`, saveIncident(changed))
    this.#tell(watched, changed ?? course.incident)
    this.#save(watched)
    this.#hand(saveResult(result))
  }

  /** What is watched, in the order of the settings. */
  get targets(): WatchedTarget[] {
    const now = this.#world.clock.now()
    return this.#settings.targets.map(({ name, ...target }) => {
      const { state, last } = this.#watched.get(name) ?? { state: newState, last: null }
      return watchedTarget({ name, ...target }, state, last, now)
    })
  }

  /** By channel, what is not delivered yet, oldest first. */
  get undelivered(): { channel: string; messages: readonly Message[] }[] {
    return [...this.#couriers].map(([channel, { messages }]) => ({ channel, messages }))
  }

  /** Why the history is not being written, null while it is. */
  get problem(): string | null {
    return this.#file.problem
  }

  /** Throws when the file cannot be read. */
  read<T>(query: (tables: Tables) => T): T {
    return this.#file.read(query)
  }

  /** Delivers what is due, for `ms` at most, and closes the file. */
  async close(ms: number): Promise<void> {
    clearInterval(this.#ticking)
    await Promise.all([...this.#couriers.values()].map((courier) => courier.stop(ms)))
    this.#file.close()
  }

  #recall() {
    const known = this.#file.read(readTargets)
    for (const target of this.#settings.targets) {
      const { state, last } = known.get(target.name) ?? { state: newState, last: null }
      this.#watched.set(target.name, { target, state, last })
    }
    const messages = this.#file.read(readMessages)
    this.#order = messages.at(-1)?.order ?? 0
    for (const [name, courier] of this.#couriers) courier.add(messages.filter(({ channel }) => channel === name))
    for (const { id, channel } of messages)
      if (!this.#couriers.has(channel)) this.#changes.set(id, saveMessage(id, null))
    for (const [name, { state, last }] of known) {
      const isForgotten = !this.#watched.has(name) && !this.#settings.isWatchedElsewhere(name)
      if (isForgotten) this.#forget(name, state, last)
    }
    this.#hand(null)
  }

  /** Of a target that is watched no longer: nobody would ever close its incident. */
  #forget(name: string, state: TargetState, last: ProbeResult | null) {
    const { course, changed } = closeIncident(state.course, this.#world.clock.now().toISOString())
    if (changed === null) return
    const alert = { failAfter: { bad: 1, of: 1 }, resolveAfter: 1, reminderMs: null, maintenance: [] }
    const watched = { target: { name, intervalMs: 1, alert }, state: { ...state, course }, last }
    this.#changes.set(`incident ${changed.id}`, saveIncident(changed))
    this.#tell(watched, changed)
    this.#save(watched)
  }

  #tick() {
    for (const watched of this.#watched.values()) {
      const { incident } = watched.state.course
      if (incident !== null && this.#tell(watched, incident)) this.#save(watched)
    }
    this.#hand(null)
  }

  /** Puts into the outbox what there is to tell of an incident; false when that is nothing. */
  #tell(watched: Watched, incident: Incident | null): boolean {
    if (incident === null) return false
    const { target, last } = watched
    const time = this.#world.clock.now()
    const now = time.getTime()
    const { maintenance, reminderMs } = target.alert
    const moment = { now, isMaintenance: inMaintenance(maintenance, time), reminderMs }
    const told = { ...watched.state.told }
    let isTold = false
    for (const { name, wishes, targets } of this.#settings.channels) {
      if (targets !== null && !targets.includes(target.name)) continue
      const event = whatToTell(incident, told[name] ?? null, wishes, moment)
      if (event === null) continue
      isTold = true
      told[name] = { at: now, severity: incident.severity, flapping: incident.flapping }
      this.#post({
        id: randomUUID(),
        channel: name,
        alert: makeAlert(event, incident, last, time),
        createdAt: now,
        attempts: 0,
        nextAt: now,
        order: ++this.#order,
      })
    }
    watched.state = { ...watched.state, told: incident.closed_at === null ? told : {} }
    return isTold
  }

  /** What only repeats what is still on its way is left out: it would be told twice once the receiver is back. */
  #post(message: Message) {
    const courier = this.#couriers.get(message.channel)
    if (courier === undefined) return
    const { event, incident_id } = message.alert
    const isRepeat = event === 'reminder' || event === 'refresh'
    if (isRepeat && courier.messages.some(({ alert }) => alert.incident_id === incident_id)) return
    this.#changes.set(message.id, saveMessage(message.id, message))
    courier.add([message])
  }

  #save({ target, state }: Watched) {
    this.#changes.set(`target ${target.name}`, saveTarget(target.name, state))
  }

  /** Writes what has changed, in one transaction with the result that it follows from. */
  #hand(result: Change | null) {
    const now = this.#world.clock.now().getTime()
    if (Math.abs(now - this.#prunedAt) >= PRUNE_EVERY_MS) {
      this.#prunedAt = now
      this.#changes.set('prune', (tables) => prune(tables, now, this.#settings.retention))
    }
    const changes = this.#changes
    this.#changes = new Map()
    this.#file.save(result, changes)
  }

  #saveEverything() {
    for (const watched of this.#watched.values()) {
      const { incident } = watched.state.course
      this.#save(watched)
      if (incident !== null) this.#changes.set(`incident ${incident.id}`, saveIncident(incident))
    }
    for (const { messages } of this.undelivered) {
      for (const message of messages) this.#changes.set(message.id, saveMessage(message.id, message))
    }
    this.#hand(null)
  }

  #courierFor(channel: Channel): Courier {
    return new Courier(channel, {
      now: () => this.#world.clock.now(),
      complain: this.#world.complain,
      onOutcome: (...outcome) => this.tally.notification(...outcome),
      onChange: (id, message) => {
        this.#changes.set(id, saveMessage(id, message))
        this.#hand(null)
      },
    })
  }
}
