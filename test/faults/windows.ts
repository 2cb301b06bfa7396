/** What the rules need to see an age or a rate, as the fault matrix states it. */
export interface Window {
  ms: number
  why: string
}

export const AT_ONCE: Window = { ms: 0, why: 'none' }

/** A worker whose heartbeat is older than this is not living (docs/health.md, heartbeat_s). */
export const HEARTBEAT: Window = { ms: 6000, why: '6 s: heartbeat_s' }

/** Rules that look back for five minutes look back for as long as this here. */
export const SHORT_LOOK_BACK = { ms: 20_000, limits: { window_s: 20 } }
