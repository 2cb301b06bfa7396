import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startProbe, type Surroundings } from './app.ts'
import type { CheckStatus } from '@queue-ops/server/contract'
import type { Config } from './config.ts'
import { readInvocation } from './invocation.ts'
import type { Step } from './steps/step.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'queue-probe-'))
})

afterEach(() => rm(directory, { recursive: true }))

const invocation = readInvocation(['--url', 'http://127.0.0.1:1/mcp', '--once'], {})
if (invocation.kind !== 'run') throw new Error('the flags are wrong')
const once: Config = invocation.config
const [target] = once.targets
if (target === undefined) throw new Error('there is no target')

/** A step that is always asked. */
function asked(ask: Step['ask'], name: Step['name'] = 'health_check'): Step {
  return { name, isRepeatable: true, applies: () => true, ask }
}

function answering(status: CheckStatus, message: string): Step {
  const reason = status === 'pass' ? null : ('unhealthy' as const)
  return asked(async () => ({ status, reason, message, isNamed: true }))
}

const healthy = answering('pass', 'exports: operational')

/** The world for one probe: what it says is kept, and it is stopped when it has slept so many times. */
function world(step: Step, naps = 0) {
  const printed: string[] = []
  const complaints: string[] = []
  const stopping = new AbortController()
  const surroundings: Surroundings = {
    steps: [step],
    version: '0',
    clock: { now: () => new Date(0), elapsed: () => 0 },
    stop: stopping.signal,
    sleep: async () => {
      if (naps-- === 0) stopping.abort()
    },
    random: () => 0.5,
    print: (text) => void printed.push(text.replace(/\n$/, '')),
    complain: (sentence) => void complaints.push(sentence),
    trace: () => undefined,
    terminal: { isTerminal: false, hasColours: false, columns: () => 80 },
  }
  return { surroundings, printed, complaints, stopping }
}

describe('once', () => {
  test.each([
    ['pass', 0, 'OK'],
    ['warn', 1, 'WARNING'],
    ['fail', 2, 'CRITICAL'],
  ] as const)('%s ends with code %i', async (status, code, word) => {
    const { surroundings, printed } = world(answering(status, 'm'))
    expect(await startProbe(once, surroundings)).toBe(code)
    expect(printed).toEqual([`${word} m (0 ms)`])
  })

  test('prints JSON when asked and appends the same line to the results file', async () => {
    const results = join(directory, 'results.jsonl')
    const { surroundings, printed } = world(healthy)
    expect(await startProbe({ ...once, format: 'json', results }, surroundings)).toBe(0)
    expect(await readFile(results, 'utf8')).toBe(`${printed[0]}\n`)
  })

  test('a results file that cannot be written is unknown, in the line and in the code', async () => {
    const { surroundings, printed, complaints } = world(healthy)
    expect(await startProbe({ ...once, results: directory }, surroundings)).toBe(3)
    const sentence = `results file ${directory} cannot be written: it is not a regular file`
    expect(complaints).toEqual([sentence])
    expect(printed).toEqual([`UNKNOWN ${sentence}; seen before: pass: exports: operational (0 ms)`])
  })

  test('a signal ends it with 3', async () => {
    const { surroundings, printed, stopping } = world(
      asked(() => {
        stopping.abort()
        return new Promise<never>(() => {})
      }, 'handshake'),
    )
    expect(await startProbe(once, surroundings)).toBe(3)
    expect(printed).toEqual(['UNKNOWN http://127.0.0.1:1/mcp handshake: stopped before it ended (0 ms)'])
  })
})

describe('on a schedule', () => {
  const daemon: Config = { ...once, mode: 'daemon' }

  test('prints every result and ends with 0 when stopped', async () => {
    const { surroundings, printed } = world(healthy, 2)
    expect(await startProbe(daemon, surroundings)).toBe(0)
    expect(printed).toEqual(Array(3).fill('OK exports: operational (0 ms)'))
  })

  test('a results file that cannot be written is one complaint per run and no more', async () => {
    const { surroundings, printed, complaints } = world(healthy, 1)
    expect(await startProbe({ ...daemon, results: directory }, surroundings)).toBe(0)
    expect(printed).toEqual(Array(2).fill('OK exports: operational (0 ms)'))
    expect(complaints).toHaveLength(2)
  })

  test('a run that was stopped in the middle is not reported', async () => {
    const { surroundings, printed, stopping } = world(
      asked(() => {
        stopping.abort()
        return new Promise<never>(() => {})
      }, 'handshake'),
    )
    expect(await startProbe(daemon, surroundings)).toBe(0)
    expect(printed).toEqual([])
  })
})
