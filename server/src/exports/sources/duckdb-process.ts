// Runs in a process of its own: see duckdb-remote.ts.
import { openHere, type DuckDb, type Opening, type Purpose } from './duckdb-database.ts'
import type { DuckAnswer, DuckCall } from './duckdb-remote.ts'
import { SourceFailure } from './failure.ts'

let db: DuckDb | null = null

async function answer({ id, call, args }: DuckCall): Promise<DuckAnswer> {
  try {
    if (call === 'open') {
      db = await openHere(...(args as [Opening, Purpose, number]))
      return { id, result: null }
    }
    if (!db) throw new Error('nothing is open')
    const method = db[call] as (...args: unknown[]) => Promise<unknown>
    return { id, result: await method.apply(db, args) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { id, message, failure: error instanceof SourceFailure ? error.failure : null }
  }
}

process.on('message', (call: DuckCall) => {
  void answer(call).then((answer) => {
    // Who asked may be gone at this moment: then 'disconnect' follows.
    if (process.connected) process.send?.(answer, undefined, undefined, () => undefined)
  })
})

// Whoever asked is gone or done. Signals are for him: he ends this process when he ends.
process.on('disconnect', () => {
  void Promise.resolve(db?.close()).finally(() => process.exit(0))
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
