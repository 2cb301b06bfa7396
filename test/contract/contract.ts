import { afterAll, beforeAll, describe, test } from 'vitest'
import { openDesk, type Desk } from './desk.ts'
import { stores, type RunningStore, type Store, type Subject, type Supports } from './stores.ts'

/** Far more than a case needs. */
const CASE_TIMEOUT_MS = 30_000
/** What a known fault costs that shows as a hang. */
const FAULT_TIMEOUT_MS = 5_000

/** From here, because the linter knows vitest's own only inside vitest's own `test`. */
export { expect } from 'vitest'

type Body = (desk: Desk) => Promise<void>

export interface DefineCase {
  (title: string, body: Body): void
  /** A case only for stores that support this. */
  where(support: keyof Supports, title: string, body: Body): void
}

/** Defines the cases of one subject on every store. A store is started once per subject. */
export function contract(subject: Subject, cases: (it: DefineCase) => void): void {
  for (const store of stores) {
    const skipped = store.absent && !process.env['CI']
    describe.skipIf(skipped)(`${subject} on ${store.name}${skipped ? ` (${store.absent})` : ''}`, () => {
      onStore(subject, store, cases)
    })
  }
}

function onStore(subject: Subject, store: Store, cases: (it: DefineCase) => void): void {
  let running: RunningStore | undefined
  beforeAll(async () => {
    running = await store.start()
  })
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]()
  })

  const faults = store.knownFaults?.[subject] ?? {}
  const races = store.knownRaces?.[subject] ?? {}
  const titles = new Set<string>()
  const it = (title: string, body: Body) => {
    if (titles.has(title)) throw new Error(`two cases of "${subject}" have the title "${title}"`)
    titles.add(title)
    const [define, timeout, reason] =
      title in races
        ? [test.skip, CASE_TIMEOUT_MS, races[title]]
        : title in faults
          ? [test.fails, FAULT_TIMEOUT_MS, faults[title]]
          : [test, CASE_TIMEOUT_MS]
    const retry = define === test ? store.retries : 0
    define(reason ? `${title} (${reason})` : title, { timeout, retry }, async ({ onTestFinished }) => {
      if (!running) throw new Error('the store is not running')
      const desk = openDesk(running)
      onTestFinished(() => desk.close())
      await body(desk)
      desk.expectNoErrors()
    })
  }
  const where: DefineCase['where'] = (support, title, body) => {
    if (store.supports[support]) it(title, body)
  }
  cases(Object.assign(it, { where }))
  for (const title of Object.keys({ ...faults, ...races })) {
    if (!titles.has(title)) throw new Error(`${store.name} has a known fault in no case: "${subject}", "${title}"`)
  }
}
