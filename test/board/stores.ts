import { afterAll, beforeAll, describe, test } from 'vitest'
import { stores, type TestStore } from '../support/stores.ts'
import { openBoard, type Board } from './board.ts'
import { postgresFaults } from './postgres-faults.ts'

/** From here, because the linter knows vitest's own only inside vitest's own `test`. */
export { expect } from 'vitest'

/** One file of cases each. */
export type Subject = 'jobs' | 'queues' | 'reading' | 'schedulers' | 'trail'

/** Titles of cases by subject, each with what is wrong. They have to go on failing until they are taken out. */
export type KnownFaults = Partial<Record<Subject, Record<string, string>>>

const knownFaults: Record<string, KnownFaults> = { PostgreSQL: postgresFaults }

type DefineCase = (title: string, body: (board: Board) => Promise<void>) => void

/** Defines the cases of one subject on every store. A store is started once per subject. */
export function onEveryStore(subject: Subject, cases: (it: DefineCase) => void): void {
  for (const [name, start] of Object.entries(stores)) {
    describe(`Bull Board: ${subject} on ${name}`, () => {
      onStore(start, knownFaults[name]?.[subject] ?? {}, cases)
    })
  }
}

function onStore(start: () => Promise<TestStore>, faults: Record<string, string>, cases: (it: DefineCase) => void) {
  let store: TestStore | undefined
  beforeAll(async () => {
    store = await start()
  })
  afterAll(async () => {
    await store?.[Symbol.asyncDispose]()
  })

  const titles = new Set<string>()
  cases((title, body) => {
    titles.add(title)
    const fault = faults[title]
    const define = fault ? test.fails : test
    define(fault ? `${title} (${fault})` : title, async () => {
      if (!store) throw new Error('the store is not running')
      await using board = await openBoard(store.url)
      await body(board)
    })
  })
  for (const title of Object.keys(faults)) {
    if (!titles.has(title)) throw new Error(`there is a known fault in no case: "${title}"`)
  }
}
