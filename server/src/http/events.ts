import type { Response } from 'express'
import type { ProbeResult, StatusEvent } from '../contract.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Snapshots } from '../snapshot/snapshots.ts'
import type { Mount } from './mount.ts'
import type { ProbeResults } from './probe-results.ts'
import { statusReport } from './status-report.ts'

/** What is on the way may take a connection on which nothing is said for one that is dead. */
const KEEP_ALIVE_MS = 15_000
/** More pages at once than a server is for. */
const MAX_VIEWERS = 1000
/** Who has not taken an event for so long is not there any more. */
const STUCK_MS = 30_000

/**
 * `GET /api/events`: the status as server-sent events, twice a second for all who look together, which costs the store the same
 * for one as for hundreds. Every event is a whole status ({@link StatusEvent}), its id the sequence of the fleet: a client that
 * comes back is told how things are now, whatever it has missed. A client that is slow misses events, and is cut off when
 * it takes none for 30 s.
 */
export function mountEvents(snapshots: Snapshots, probeResults: ProbeResults, readOnly: boolean): Mount {
  let viewers = 0
  const eventOf = writtenOnce(readOnly)
  return {
    path: '/api/events',
    method: 'get',
    handler: async (req, res) => {
      if (req.method === 'HEAD') return void res.type('text/event-stream').end()
      if (viewers >= MAX_VIEWERS) {
        return void res
          .status(503)
          .json({ error: 'Too many pages are open: ask for /api/status now and then instead.' })
      }
      viewers += 1
      res.once('close', () => (viewers -= 1))
      await probeResults.latest().catch(() => undefined)
      if (res.closed) return
      begin(res)
      const told = viewerOf(res)
      let shown: readonly ProbeResult[] | null = null
      const stop = snapshots.follow(
        (snapshot) => {
          if (!told.isReady()) return
          const results = probeResults.recent()
          res.write(eventOf(snapshot, results, results !== shown))
          shown = results
        },
        () => res.end(),
      )
      const timer = setInterval(() => told.isReady() && res.write(': here\n\n'), KEEP_ALIVE_MS)
      res.once('close', () => {
        clearInterval(timer)
        stop()
      })
    },
  }
}

function begin(res: Response) {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  })
  res.write('retry: 1000\n\n')
}

/** Nothing is put behind what a client has not yet taken, so that what waits for it is never more than two events. */
function viewerOf(res: Response) {
  let stuckSince: number | null = null
  return {
    isReady(): boolean {
      if (!res.writableNeedDrain) {
        stuckSince = null
        return true
      }
      stuckSince ??= performance.now()
      if (performance.now() - stuckSince > STUCK_MS) res.destroy()
      return false
    },
  }
}

/** An event is written once for all who get it. */
function writtenOnce(readOnly: boolean) {
  const written = new WeakMap<Snapshot, Map<ProbeResult[] | null, Buffer>>()
  return (snapshot: Snapshot, results: ProbeResult[], withResults: boolean): Buffer => {
    const texts = written.get(snapshot) ?? new Map<ProbeResult[] | null, Buffer>()
    written.set(snapshot, texts)
    const key = withResults ? results : null
    const known = texts.get(key)
    if (known) return known
    const { probe_results, ...rest } = statusReport(snapshot, results, readOnly)
    const event: StatusEvent = withResults ? { ...rest, probe_results } : rest
    const id = snapshot.fleet ? `id: ${snapshot.fleet.sequence}\n` : ''
    const text = Buffer.from(`${id}event: snapshot\ndata: ${JSON.stringify(event)}\n\n`)
    texts.set(key, text)
    return text
  }
}
