import type { System } from '../system.ts'

/** One look of a monitor; times are milliseconds since 1970. */
export interface Look {
  beganAt: number
  endedAt: number
  /** What is wrong; null: nothing. */
  why: string | null
}

/** Somebody who looks at a system every few seconds until disposed of. */
export interface Monitor extends AsyncDisposable {
  looks(): readonly Look[]
}

/** A kind of monitor: one file, one line in `list.ts`. */
export interface MonitorKind {
  /** Head of its column. */
  name: string
  /** What it looks at, for the report. */
  what: string
  start(system: System, intervalMs: number): Promise<Monitor>
}

/** Asks again and again: each time an interval after the last time, or at once when that took longer. */
export function lookRegularly(intervalMs: number, look: () => Promise<string | null>): Monitor {
  const looks: Look[] = []
  const ended = new AbortController()
  const loop = (async () => {
    while (!ended.signal.aborted) {
      const beganAt = Date.now()
      const why = await look().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      looks.push({ beganAt, endedAt: Date.now(), why })
      await pause(beganAt + intervalMs - Date.now(), ended.signal)
    }
  })()
  return {
    looks: () => looks,
    async [Symbol.asyncDispose]() {
      ended.abort()
      await loop
    },
  }
}

async function pause(ms: number, ended: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.max(ms, 0))
  ended.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}
