import { DatabaseSync } from 'node:sqlite'
import { bulks, jobData, type BenchQueue, type Contender } from '../contender.ts'
import { fileHost } from '../folder.ts'

/**
 * No queue at all: the fewest statements that store, take and complete a job, on one table. What a queue on
 * `node:sqlite` can reach at best.
 */
export const statementFloor = (synchronous: 'normal' | 'full'): Contender => ({
  id: `floor-${synchronous}`,
  name: `plain statements, ${synchronous.toUpperCase()}`,
  ...(synchronous === 'normal' && { growthLimit: Infinity, waitingLimit: Infinity }),
  start: () => fileHost(`SQLite ${process.versions.sqlite}`),
  open: (path) => open(path, synchronous),
})

async function open(path: string, synchronous: 'normal' | 'full'): Promise<BenchQueue> {
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`)
  db.exec(`CREATE TABLE job (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, data TEXT NOT NULL) STRICT;
    CREATE INDEX waiting ON job (id) WHERE state = 0`)
  const insert = db.prepare('INSERT INTO job (state, data) VALUES (0, ?)')
  const claim = db.prepare(`UPDATE job SET state = 1
    WHERE id = (SELECT id FROM job WHERE state = 0 ORDER BY id LIMIT 1) RETURNING id, data`)
  const complete = db.prepare('UPDATE job SET state = 2 WHERE id = ?')
  const transaction = (work: () => void) => {
    db.exec('BEGIN IMMEDIATE')
    work()
    db.exec('COMMIT')
  }
  return {
    async addOneByOne(jobs) {
      for (let added = 0; added < jobs; added++) insert.run(JSON.stringify(jobData()))
    },
    async addBulk(jobs) {
      for (const bulk of bulks(jobs)) {
        transaction(() => {
          for (const data of bulk) insert.run(JSON.stringify(data))
        })
      }
    },
    /** Each transaction completes what is in hand and claims as many again, as a queue with group commit does. */
    async process(jobs, concurrency) {
      const startedAt = performance.now()
      let inHand: number[] = []
      for (let completed = 0; completed < jobs; completed += inHand.length) {
        transaction(() => {
          for (const id of inHand) complete.run(id)
          inHand = []
          while (inHand.length < concurrency) {
            const row = claim.get()
            if (!row) break
            JSON.parse(String(row['data']))
            inHand.push(Number(row['id']))
          }
        })
        if (inHand.length === 0) break
      }
      transaction(() => {
        for (const id of inHand) complete.run(id)
      })
      return performance.now() - startedAt
    },
    async [Symbol.asyncDispose]() {
      db.close()
    },
  }
}
