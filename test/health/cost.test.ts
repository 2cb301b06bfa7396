import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/program.ts'
import { costOf, filled } from './cost.ts'

const MANY_JOBS = 1_000_000

for (const [name, open] of Object.entries(filled)) {
  describe(`what a look costs on ${name}`, () => {
    test('is as many commands for many jobs as for few', async () => {
      const few = await costOf(open, 1, 10)
      const many = await costOf(open, 1, MANY_JOBS)
      console.info(
        `${name}: ${few.commands} commands, ${few.cpuMs.toFixed(1)} ms of CPU for 10 jobs; ` +
          `${many.commands} commands, ${many.cpuMs.toFixed(1)} ms for ${MANY_JOBS}`,
      )
      expect(few.seen).toMatchObject([{ counts: { waiting: 5, completed: 5 }, facts: { oldestWaiting: { id: '6' } } }])
      expect(many.seen).toMatchObject([{ counts: { waiting: MANY_JOBS / 2 }, facts: { active: [] } }])
      expect(many.commands).toBe(few.commands)
      expect(few.commands).toBeLessThan(50)
    })

    test('of 50 queues is less than 50 times that of one', async () => {
      const one = await costOf(open, 1, 100)
      const fifty = await costOf(open, 50, 100)
      console.info(`${name}: 50 queues: ${fifty.commands} commands, ${fifty.cpuMs.toFixed(1)} ms of CPU`)
      expect(fifty.seen.map(({ counts }) => counts?.waiting)).toEqual(Array.from({ length: 50 }, () => 50))
      expect(fifty.commands).toBeLessThan(50 * one.commands)
    })
  })
}

test('on SQLite no statement of a look goes through the jobs of a queue', async () => {
  const { sql } = await costOf(filled.SQLite, 1, 10)
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const queue = new (withBackend(createSqliteBackend).Queue)('any', { connection: { path } })
  await queue.waitUntilReady()
  await queue.close()
  const db = new DatabaseSync(path)
  const statements = [...new Set(sql)].filter((text) => /\bjob\b/.test(text))
  const plans = statements.map((text) => {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...Array.from({ length: placeholders(text) }, () => 1))
    return plan.map((step) => String(step['detail'])).filter((detail) => /^SCAN job|TEMP B-TREE/.test(detail))
  })
  db.close()
  expect(statements.length).toBeGreaterThan(5)
  expect(plans.flat()).toEqual([])
})

const placeholders = (sql: string) => Math.max(sql.split('?').length - 1, 0)
