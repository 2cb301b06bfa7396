// Runs in a process of its own: see sqlite-remote.ts.
import { Worker } from 'node:worker_threads'
import { answerCalls } from './answer-calls.ts'
import { openSqlite, type SqliteReading } from './sqlite-reading.ts'
import type { Counted } from './sqlite-remote.ts'
import type { RowQuery } from './source.ts'

// SQLite computes in this thread: another one has to hear that nobody waits for it any more.
new Worker(new URL(import.meta.url.replace('sqlite-process.', 'asker-watch.'))).unref()

let reading: SqliteReading | null = null

async function answer(call: string, args: unknown[]): Promise<unknown> {
  if (call === 'open') {
    reading = await openSqlite(args[0] as string, args[1] as RowQuery)
    return { total: reading.total, equal: reading.equal } satisfies Counted
  }
  if (!reading) throw new Error('nothing is open')
  return reading.next(args[0] as number)
}

answerCalls(answer, async () => reading?.close())
