import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { told } from './failure.ts'
import { sqliteFailure } from './sqlite-failure.ts'

function thrownBy(work: (db: DatabaseSync) => void): unknown {
  const db = new DatabaseSync(':memory:')
  try {
    work(db)
  } catch (cause) {
    return cause
  } finally {
    db.close()
  }
  throw new Error('nothing was thrown')
}

test('what is not known to pass stays so, and the words of the driver are for the log', () => {
  const cause = thrownBy((db) => db.prepare('SELECT ?').get(2n ** 70n))
  const error = told('things', cause, sqliteFailure)
  expect(error).toMatchObject({ code: 'dataset_broken', cause })
  expect(error.message).toBe('Dataset "things" cannot be read: SQLite refuses to read it.')
})

test('a statement that does not fit the database is told by what does not fit', () => {
  const cause = thrownBy((db) => db.prepare('SELECT a FROM missing'))
  expect(told('things', cause, sqliteFailure)).toMatchObject({
    code: 'dataset_broken',
    message: 'Dataset "things" cannot be read: no such table: missing.',
  })
})

test('a value that is too large for SQLite is not tried again', () => {
  const cause = thrownBy((db) => db.prepare('SELECT length(zeroblob(2147483647))').get())
  expect(sqliteFailure(cause)).toMatchObject({ code: 'dataset_broken', reason: expect.stringContaining('larger than') })
})

test('a sentence ends with one full stop', () => {
  const failure = { code: 'dataset_broken' as const, reason: 'its driver ends with a full stop.' }
  expect(told('things', null, () => failure).message).toMatch(/[^.]\.$/)
})
