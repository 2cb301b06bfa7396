import type { ProbeResult, ProbeStatus, StatusReport, WatchedTarget } from '@queue-ops/server/contract'
import type { Target } from '../target.ts'
import { askServer, type ServerAnswer } from './ask-server.ts'
import { isSilent, silentSince } from './silence.ts'

/** What a server said of itself last, and since when it has been silent. */
export type ServerStatus = Pick<ProbeStatus, 'report' | 'silence'>

interface World {
  clock: { now(): Date }
  version: string
  /** The latest results of a target, newest first; throws when they cannot be read. */
  latestResults(target: string): ProbeResult[]
}

/** However many pages are open, a server is asked no more often. */
const FRESH_MS = 1000

interface Known {
  report: StatusReport | null
  silence: ProbeStatus['silence']
  /** When it last gave a report, ISO; '' when never. */
  answeredAt: string
  askedAt: number
  asking: Promise<void> | null
}

/** Asks the watched servers for their status and remembers the last of it, for a page that outlives them. */
export class WatchedServers {
  readonly #targets: ReadonlyMap<string, Target>
  readonly #world: World
  readonly #known = new Map<string, Known>()

  constructor(targets: readonly Target[], world: World) {
    this.#targets = new Map(targets.map((target) => [target.name, target]))
    this.#world = world
  }

  /** Asks anew unless that was done within a second; concurrent callers share one question. Never rejects. */
  async look({ name, last_result, incident }: WatchedTarget): Promise<ServerStatus> {
    const known = this.#known.get(name) ?? { report: null, silence: null, answeredAt: '', askedAt: 0, asking: null }
    this.#known.set(name, known)
    const reach = this.#targets.get(name)?.reach
    const isFresh = Math.abs(this.#now() - known.askedAt) < FRESH_MS
    if (reach?.kind === 'http' && !isFresh) {
      known.asking ??= askServer(reach, `queue-ops-probe/${this.#world.version}`)
        .then((answer) => this.#take(name, known, answer, incident))
        .finally(() => {
          known.askedAt = this.#now()
          known.asking = null
        })
      await known.asking
    }
    const { report, silence } = known
    if (silence !== null || report !== null) return { report, silence }
    return { report: null, silence: this.#silenceOfRuns(name, last_result, incident) }
  }

  #take(name: string, known: Known, answer: ServerAnswer, incident: WatchedTarget['incident']) {
    if (answer.kind === 'report') known.answeredAt = this.#time()
    if (answer.kind !== 'silent') {
      known.report = answer.kind === 'report' ? answer.report : null
      known.silence = null
      return
    }
    known.silence = { since: known.silence?.since ?? this.#since(name, known, incident), detail: answer.detail }
  }

  /** The runs may have met the silence before, also those of an earlier probe; but not before its last answer. */
  #since(name: string, { answeredAt }: Known, incident: WatchedTarget['incident']): string {
    const seen = silentSince(this.#results(name), incident) ?? this.#time()
    return seen > answeredAt ? seen : answeredAt
  }

  /** Of a server that has no status of its own. */
  #silenceOfRuns(name: string, last: ProbeResult | null, incident: WatchedTarget['incident']): ProbeStatus['silence'] {
    if (last === null || !isSilent(last)) return null
    return { since: silentSince(this.#results(name), incident) ?? last.time, detail: last.message }
  }

  #results(name: string): ProbeResult[] {
    try {
      return this.#world.latestResults(name)
    } catch {
      return []
    }
  }

  #now = () => this.#world.clock.now().getTime()
  #time = () => this.#world.clock.now().toISOString()
}
