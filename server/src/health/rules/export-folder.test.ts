import { expect, test } from 'vitest'
import { aWorker, example, foreign, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { exportFolder } from './export-folder.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = exportFolder(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const MB = 1024 * 1024
const withFolder = (freeBytes: number | null, problem: string | null = null) =>
  check({ workers: [aWorker, { ...aWorker, worker: 'bbbbbbbb', folder: { freeBytes, problem } }] })

test('the worker with the least room is judged', () => {
  expect(withFolder(501 * MB)).toMatchObject({ status: 'pass', value: 501 * MB })
  expect(withFolder(500 * MB)).toMatchObject({ status: 'warn', message: expect.stringContaining('bbbbbbbb') })
  expect(withFolder(50 * MB)).toMatchObject({ status: 'fail' })
})

test('a folder that cannot be written fails, however much room there is', () => {
  expect(withFolder(9000 * MB, 'it is read-only')).toMatchObject({
    status: 'fail',
    message: 'Worker bbbbbbbb cannot write its folder of exports: it is read-only.',
  })
})

test('where the room cannot be told, only whether it can be written counts', () => {
  const folder = { freeBytes: null, problem: null }
  expect(check({ workers: [{ ...aWorker, folder }] })).toMatchObject({ status: 'pass', value: null })
  expect(withFolder(null)).toMatchObject({ status: 'pass', value: 9000 * MB })
})

test('nothing is claimed without a living worker, and other applications have no such folder', () => {
  expect(check({ workers: [{ ...aWorker, ageMs: 60_000 }] })).toMatchObject({ status: 'unknown' })
  expect(check({ workers: 'unsupported' })).toMatchObject({ status: 'unknown' })
  expect(check(foreign)).toBeNull()
})
