// Prints a queue file of the schema that the built server has now, as SQL: jobs in every state and all that may belong to
// them. node test/schemas/make.ts > test/schemas/version-N.sql, once for each version, before it ships.
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { temporaryFolder } from '../support/program.ts'

const { Queue, Worker, FlowProducer } = withBackend(createSqliteBackend)

await using folder = await temporaryFolder()
const connection = { path: join(folder.path, 'queue.sqlite') }
await fill()
console.info(dump(connection.path))

async function fill() {
  const queue = new Queue('work', { connection })
  const worker = new Worker('work', null, { connection })
  const take = async () => {
    const job = await worker.getNextJob('token')
    if (!job) throw new Error('there is no job to take')
    return job
  }
  await queue.add('completed', { rows: 1 })
  const completed = await take()
  await completed.log('a line')
  await completed.updateProgress({ rows: 1 })
  await completed.moveToCompleted('result', 'token', false)
  await queue.add('failed', {})
  await (await take()).moveToFailed(new Error('broken'), 'token', false)
  await queue.add('active', {})
  await take()
  await queue.add('waiting', { text: 'x'.repeat(3000) })
  await queue.add('chosen', {}, { jobId: 'chosen', deduplication: { id: 'one' } })
  await queue.add('prioritized', {}, { priority: 3 })
  await queue.add('delayed', {}, { delay: 1 })
  const flows = new FlowProducer({ connection })
  await flows.add({ name: 'parent', queueName: 'work', children: [{ name: 'child', queueName: 'work' }] })
  await queue.upsertJobScheduler('tick', { every: 60_000 }, { name: 'tick' })
  await queue.setGlobalConcurrency(50)
  const backend = queue.getBackend()
  await backend.writeNote('worker', '{}', { keptMs: Number.MAX_SAFE_INTEGER, most: 1 })
  await backend.tally('canaries')
  const forEver = Number.MAX_SAFE_INTEGER
  const bounds = { keptMs: forEver, begunKeptMs: forEver, makingMs: forEver, lists: 1, deaths: 1 }
  await backend.chooseAllDeadLetters('operation', 10, bounds, 0)
  for (const opened of [worker, flows, queue]) await opened.close()
}

function dump(path: string): string {
  const db = new DatabaseSync(path)
  const tables = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid`).all()
  const others = db.prepare(`SELECT sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL`).all()
  const pragmas = ['application_id', 'user_version'].map((name) => {
    const value = db.prepare(`PRAGMA ${name}`).get()?.[name]
    return `PRAGMA ${name} = ${value};`
  })
  const inserts = tables.flatMap(({ name }) => {
    const rows = db.prepare(`SELECT * FROM ${String(name)}`)
    rows.setReadBigInts(true)
    return rows
      .all()
      .map((row) => `INSERT INTO ${String(name)} VALUES (${Object.values(row).map(literal).join(', ')});`)
  })
  const definitions = [...tables, ...others].map(({ sql }) => `${String(sql)};`)
  return [...definitions, ...inserts, ...pragmas].join('\n')
}

function literal(value: SQLOutputValue): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value).toUpperCase()
}
