import type { ActiveJob } from '../queue/queue-facts.ts'
import type { Heartbeat, Seen } from './rules/signals.ts'

/** A job to be done. */
export interface SimulatedJob {
  takesMs: number
  /** How often it tells other progress; null: never. */
  tellsEveryMs?: number | null
  delayMs?: number
  /** So many of its attempts fail; default none. */
  fails?: number
  /** The pause after each of these. */
  backoffMs?: number
}

interface Job extends SimulatedJob {
  id: string
  isCanary: boolean
  readyAt: number
  failed: number
  takenAt: number | null
}

interface Held {
  job: Job
  startedAt: number
  lockUntil: number
}

interface SimulatedWorker {
  id: string
  concurrency: number
  startedAt: number
  /** Takes no more jobs, goes when the last is done. */
  isStopping: boolean
  /** Stands still: no heartbeat, no lock is renewed, nothing is taken. */
  isFrozen: boolean
  /** Its loop that fetches jobs has died; all else goes on. */
  isDeaf: boolean
  held: Held[]
  beatAt: number
}

const STEP_MS = 100
const BEAT_MS = 2000
const LOCK_MS = 8000
const SWEEP_MS = 3000
const CANARY_EVERY_MS = 30_000
const CANARY_TAKES_MS = 5
/** A producer's clock, the network: nothing is exact. */
const LATENCY_MS = 2
const MB = 1024 * 1024

/**
 * A queue with workers in simulated time, after the rules by which BullMQ and our workers go: first in, first out; locks
 * of 8 s that living workers renew and a sweep every 3 s that gives lockless jobs back; heartbeats every 2 s; a canary
 * every 30 s, one at a time, that stands in the same line as jobs. For tests of the rules: what they see comes about as
 * it would, instead of being written down.
 */
export class SimulatedQueue {
  now: number
  paused = false
  /** So many jobs may be active over all workers. */
  globalConcurrency: number | null = null
  #pausedAt: number | null = null
  #line: Job[] = []
  #delayed: Job[] = []
  #workers: SimulatedWorker[] = []
  #departed: SimulatedWorker[] = []
  #stalls = new Map<string, number>()
  #completed = 0
  #movement = 0
  #ids = 0
  #sweptAt: number
  #canary: { sentAt: number | null; finishedAt: number | null; roundTripMs: number | null; pendingSince: number | null }

  constructor(now: number) {
    this.now = now
    this.#sweptAt = now
    this.#canary = { sentAt: null, finishedAt: null, roundTripMs: null, pendingSince: null }
  }

  add(job: SimulatedJob, count = 1): void {
    for (let at = 0; at < count; at++) {
      const added = {
        ...job,
        id: `${++this.#ids}`,
        isCanary: false,
        failed: 0,
        takenAt: null,
        readyAt: this.now + (job.delayMs ?? 0),
      }
      if (job.delayMs) this.#delayed.push(added)
      else this.#line.push(added)
    }
  }

  startWorker(concurrency: number): string {
    const id = `worker-${++this.#ids}`
    this.#workers.push({
      id,
      concurrency,
      startedAt: this.now,
      isStopping: false,
      isFrozen: false,
      isDeaf: false,
      held: [],
      beatAt: this.now,
    })
    return id
  }

  /** As on SIGTERM: finishes what it has, then says goodbye. */
  stopWorker(id: string): void {
    this.#change(id, { isStopping: true })
  }

  /** As on SIGKILL: its connection is gone at once, its heartbeat is its last. */
  killWorker(id: string): void {
    this.#departed.push(...this.#workers.filter((worker) => worker.id === id))
    this.#workers = this.#workers.filter((worker) => worker.id !== id)
  }

  freezeWorker(id: string): void {
    this.#change(id, { isFrozen: true })
  }

  deafenWorker(id: string): void {
    this.#change(id, { isDeaf: true })
  }

  pause(): void {
    this.paused = true
    this.#pausedAt = this.now
  }

  resume(): void {
    this.paused = false
    this.#pausedAt = null
  }

  waiting(): number {
    return this.#line.filter(({ isCanary }) => !isCanary).length
  }

  advance(ms: number): void {
    for (const until = this.now + ms; this.now < until;) {
      this.now += STEP_MS
      this.#sendCanary()
      this.#finish()
      this.#sweep()
      this.#promote()
      this.#take()
      this.#beat()
      this.#workers = this.#workers.filter(({ isStopping, held }) => !isStopping || held.length > 0)
    }
  }

  /** What a look would see. */
  look(): Seen {
    const held = [...this.#workers, ...this.#departed].flatMap((worker) => worker.held)
    const jobs = held.filter(({ job }) => !job.isCanary)
    const waiting = this.#line.filter(({ isCanary }) => !isCanary)
    const counts = { active: jobs.length, waiting: waiting.length, delayed: this.#delayed.length }
    return {
      queue: 'exports',
      kind: 'exports',
      observedAt: new Date(this.now),
      store: {
        kind: 'sqlite',
        reachable: true,
        latencyMs: LATENCY_MS,
        file: null,
        facts: { nowMs: this.now, writeProblem: null, redis: null },
      },
      counts: { prioritized: 0, 'waiting-children': 0, completed: this.#completed, failed: 0, ...counts },
      paused: this.paused,
      consumers: this.#workers.map(({ id, startedAt }) => ({
        name: id,
        address: null,
        connected_for_s: Math.floor((this.now - startedAt) / 1000),
      })),
      facts: {
        oldestWaiting: waiting[0] ? { id: waiting[0].id, readyAt: waiting[0].readyAt } : null,
        nextDelayedAt: this.#delayed.length > 0 ? Math.min(...this.#delayed.map(({ readyAt }) => readyAt)) : null,
        active: jobs.map((one) => this.#activeJob(one)).slice(0, 100),
        deadLetters: { oldestAt: null, newestAt: null, inFiveMinutes: 0 },
        totals: { completed: this.#completed, failed: 0 },
        schedulers: { count: 0, first: null },
        pausedAt: this.#pausedAt,
        unread: {},
        holds: { concurrency: this.globalConcurrency, limitedUntil: null },
        stranded: null,
        retried: this.#retried(jobs),
        done: { newest: this.#completed > 0 ? `${this.#completed}` : null, vanished: null },
        movement: `${this.#movement}`,
      },
      workers: [...this.#workers, ...this.#departed].map((worker) => this.#heartbeat(worker)),
      canary: { ...this.#canary },
    }
  }

  #change(id: string, change: Partial<SimulatedWorker>) {
    for (const worker of this.#workers) if (worker.id === id) Object.assign(worker, change)
  }

  #sendCanary() {
    const { sentAt, pendingSince } = this.#canary
    if (pendingSince !== null || (sentAt !== null && this.now - sentAt < CANARY_EVERY_MS)) return
    this.#canary = { ...this.#canary, sentAt: this.now, pendingSince: this.now }
    this.#line.push({
      id: 'canary',
      isCanary: true,
      failed: 0,
      takenAt: null,
      readyAt: this.now,
      takesMs: CANARY_TAKES_MS,
    })
  }

  #finish() {
    for (const worker of this.#workers.filter(({ isFrozen }) => !isFrozen)) {
      for (const one of worker.held) one.lockUntil = this.now + LOCK_MS
      const done = worker.held.filter(({ job, startedAt }) => this.now - startedAt >= job.takesMs)
      worker.held = worker.held.filter((one) => !done.includes(one))
      for (const { job } of done) this.#done(job)
    }
  }

  #done(job: Job) {
    if (job.failed < (job.fails ?? 0)) {
      this.#delayed.push({ ...job, failed: job.failed + 1, readyAt: this.now + (job.backoffMs ?? 0) })
      this.#movement++
      return
    }
    if (job.isCanary) {
      const roundTripMs = this.now - (this.#canary.pendingSince ?? this.now)
      this.#canary = { ...this.#canary, finishedAt: this.now, roundTripMs, pendingSince: null }
      return
    }
    this.#completed++
    this.#movement++
  }

  #sweep() {
    if (this.now - this.#sweptAt < SWEEP_MS || this.#workers.every(({ isFrozen }) => isFrozen)) return
    this.#sweptAt = this.now
    for (const worker of [...this.#workers, ...this.#departed]) {
      const lost = worker.held.filter(({ lockUntil }) => lockUntil < this.now)
      worker.held = worker.held.filter((one) => !lost.includes(one))
      for (const { job } of lost) {
        this.#stalls.set(job.id, (this.#stalls.get(job.id) ?? 0) + 1)
        this.#line.unshift({ ...job, readyAt: this.now })
      }
    }
  }

  #promote() {
    const isFetched = this.#workers.some((worker) => canTake(worker) && worker.held.length < worker.concurrency)
    if (!isFetched) return
    this.#line.push(...this.#delayed.filter(({ readyAt }) => readyAt <= this.now))
    this.#delayed = this.#delayed.filter(({ readyAt }) => readyAt > this.now)
  }

  #take() {
    if (this.paused) return
    for (const worker of this.#workers.filter(canTake)) {
      while (worker.held.length < worker.concurrency && this.#activeCount() < (this.globalConcurrency ?? Infinity)) {
        const next = this.#line.shift()
        if (!next) return
        const job = { ...next, takenAt: this.now }
        worker.held.push({ job, startedAt: this.now, lockUntil: this.now + LOCK_MS })
        if (!job.isCanary) this.#movement++
      }
    }
  }

  #activeCount(): number {
    return [...this.#workers, ...this.#departed].reduce((sum, { held }) => sum + held.length, 0)
  }

  #retried(held: Held[]) {
    const active = held.map(({ job }) => ({ ...job, isActive: true }))
    const next = this.#delayed.toSorted((a, b) => a.readyAt - b.readyAt).slice(0, 10)
    const others = [...next, ...this.#line.slice(0, 1), ...this.#line.slice(-1)].map((job) => ({
      ...job,
      isActive: false,
    }))
    return [...active, ...others]
      .filter(({ failed }) => failed > 0)
      .map(({ id, failed, takenAt, isActive }) => ({ id, failed, takenAt, isActive }))
  }

  #beat() {
    for (const worker of this.#workers) {
      if (!worker.isFrozen && this.now - worker.beatAt >= BEAT_MS) worker.beatAt = this.now
    }
  }

  #activeJob({ job, startedAt, lockUntil }: Held): ActiveJob {
    const { tellsEveryMs } = job
    const told = tellsEveryMs ? Math.floor((this.now - startedAt) / tellsEveryMs) : 0
    return {
      id: job.id,
      name: 'export',
      startedAt,
      locked: lockUntil >= this.now,
      stalledCount: this.#stalls.get(job.id) ?? 0,
      attemptsStarted: 1,
      attemptsFailed: job.failed,
      progress: told > 0 ? `{"rows":${told}}` : '0',
    }
  }

  #heartbeat({ id, startedAt, concurrency, held, beatAt }: SimulatedWorker): Heartbeat {
    return {
      worker: id,
      host: 'simulated',
      pid: 1,
      version: '0',
      startedAt,
      concurrency,
      jobs: held.map(({ job, startedAt: since }) => ({ id: job.id, since })),
      eventLoopDelayMs: 4,
      lastTakenAt: null,
      lastFinishedAt: null,
      folder: { freeBytes: 10_000 * MB, problem: null },
      clockAheadMs: 1,
      ageMs: this.now - beatAt,
    }
  }
}

const canTake = ({ isStopping, isFrozen, isDeaf }: SimulatedWorker) => !isStopping && !isFrozen && !isDeaf
