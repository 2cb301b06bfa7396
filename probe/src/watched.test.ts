import { describe, expect, test } from 'vitest'
import type { Surroundings } from './app.ts'
import { StepFailure } from './failure.ts'
import { readInvocation } from './invocation.ts'
import type { Step } from './steps/step.ts'
import type { Target } from './target.ts'
import { openWatched } from './watched.ts'

function target(everyMs: number): Target {
  const invocation = readInvocation(['--url', 'http://127.0.0.1:1/mcp'], {})
  const [target] = invocation.kind === 'run' ? invocation.config.targets : []
  if (target === undefined) throw new Error('no target')
  return { ...target, steps: { ...target.steps, canary_export: { dataset: null, limit: 1, everyMs } } }
}

/** A world whose clock a test moves, with these steps. */
function world(steps: Step[]) {
  const time = { ms: 0 }
  const surroundings: Surroundings = {
    steps,
    version: '0',
    clock: { now: () => new Date(time.ms), elapsed: () => time.ms },
    stop: new AbortController().signal,
    sleep: async () => undefined,
    random: () => 0.5,
    print: () => undefined,
    complain: () => undefined,
    trace: () => undefined,
    terminal: { isTerminal: false, hasColours: false, columns: () => 80 },
  }
  return { surroundings, time }
}

const step = (name: Step['name'], ask: Step['ask'], applies: Step['applies'] = () => true): Step => ({
  name,
  isRepeatable: true,
  applies,
  ask,
})

describe('the canary', () => {
  const done = async () => undefined
  const canary = (isAllowed: () => boolean) =>
    step('canary_export', done, ({ isCanaryDue }) => isCanaryDue && isAllowed())

  test('is done at first and then as often as it is asked for', async () => {
    const { surroundings, time } = world([step('connect', done), canary(() => true)])
    const watched = openWatched(target(1000), { debug: false }, surroundings)
    const doneAt: number[] = []
    for (time.ms = 0; time.ms <= 2500; time.ms += 250) {
      const { steps } = await watched.run()
      if (steps.length === 2) doneAt.push(time.ms)
    }
    expect(doneAt).toEqual([0, 1000, 2000])
  })

  test('that could not be done is still due', async () => {
    let isAllowed = false
    const { surroundings, time } = world([step('connect', done), canary(() => isAllowed)])
    const watched = openWatched(target(1000), { debug: false }, surroundings)
    expect((await watched.run()).steps).toHaveLength(1)
    time.ms = 100
    isAllowed = true
    expect((await watched.run()).steps).toHaveLength(2)
  })
})

test('a canary that failed is repeated with every run until it passes', async () => {
  let isWell = false
  const canary = step(
    'canary_export',
    async () => {
      if (!isWell) throw new StepFailure('canary_failed', 'no worker has taken it')
      return undefined
    },
    ({ isCanaryDue }) => isCanaryDue,
  )
  const { surroundings, time } = world([step('connect', async () => undefined), canary])
  const watched = openWatched(target(1000), { debug: false }, surroundings)
  const statusAt = async (ms: number) => {
    time.ms = ms
    return (await watched.run()).status
  }
  expect([await statusAt(0), await statusAt(100), await statusAt(200)]).toEqual(['fail', 'fail', 'fail'])
  isWell = true
  expect(await statusAt(300)).toBe('pass')
  isWell = false
  expect(await statusAt(400)).toBe('pass')
  expect(await statusAt(1300)).toBe('fail')
})

test('who asks during a run is given that run’s result', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  let asked = 0
  const slow = step('connect', () => {
    asked++
    return promise
  })
  const watched = openWatched(target(1000), { debug: false }, world([slow]).surroundings)
  const [first, second] = [watched.run(), watched.run()]
  resolve(undefined)
  expect(await first).toBe(await second)
  expect(asked).toBe(1)
  await watched.run()
  expect(asked).toBe(2)
})
