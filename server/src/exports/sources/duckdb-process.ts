// Runs in a process of its own: see duckdb-remote.ts.
import { answerCalls } from './answer-calls.ts'
import { openHere, type DuckDb, type Opening, type Purpose } from './duckdb-database.ts'

let db: DuckDb | null = null

async function answer(call: string, args: unknown[]): Promise<unknown> {
  if (call === 'open') {
    db = await openHere(...(args as [Opening, Purpose, number]))
    return null
  }
  if (!db) throw new Error('nothing is open')
  const method = db[call as keyof DuckDb] as (...args: unknown[]) => Promise<unknown>
  return method.apply(db, args)
}

answerCalls(answer, async () => db?.close())
