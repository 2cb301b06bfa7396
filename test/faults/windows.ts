/** What the rules need to see an age or a rate, as the fault matrix states it. */
export interface Window {
  ms: number
  why: string
}

export const AT_ONCE: Window = { ms: 0, why: 'none' }

/** A worker whose heartbeat is older than this is not living (docs/health.md, heartbeat_s). */
export const HEARTBEAT: Window = { ms: 6000, why: '6 s: heartbeat_s' }

/** A rolling restart may leave a gap of this length (docs/health.md, without_consumers_s). */
export const WITHOUT_CONSUMERS: Window = { ms: 5000, why: '5 s: without_consumers_s' }

/** A worker tries its folder every 5 s and tells of it with its heartbeat every 2 s. */
export const FOLDER_TRIAL: Window = { ms: 7000, why: '7 s: the folder is tried every 5 s, told every 2 s' }

/** Rules that look back for five minutes look back for as long as this here. */
export const SHORT_LOOK_BACK = { ms: 20_000, limits: { window_s: 20 } }
