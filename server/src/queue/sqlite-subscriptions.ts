import type { SqliteBackend } from './sqlite/backend.ts'
import { MAX_IN_A_STORE, OVER_KEPT_MS, SUBSCRIPTIONS_KEPT_MS, type Subscriptions } from './subscriptions.ts'

/** Keeps them among the notes of the queue's file, apart from those of the queue itself. */
export function sqliteSubscriptions(backend: SqliteBackend): Subscriptions {
  const keeping = { keptMs: SUBSCRIPTIONS_KEPT_MS, most: MAX_IN_A_STORE, yieldsMs: OVER_KEPT_MS }
  const read = async (start?: string) => {
    const { now, notes } = await backend.readNotes(SUBSCRIPTIONS_KEPT_MS, { book: BOOK, ...(start ? { start } : {}) })
    return notes.map(({ name, writtenAt }) => {
      const [session = '', topic = ''] = partsOf(name)
      return { session, topic, leftMs: writtenAt + SUBSCRIPTIONS_KEPT_MS - now }
    })
  }
  return {
    add: (session, topic, keptMs) =>
      backend.writeNoteIfRoom(nameOf(session, topic), '{}', { ...keeping, leftMs: keptMs }, BOOK),
    hasten: (session, topic, leftMs) => backend.hastenNote(nameOf(session, topic), { ...keeping, leftMs }, BOOK),
    remove: (session, topic) => backend.removeNote(nameOf(session, topic), BOOK),
    read: (session) => read(nameOf(session, '')),
    all: () => read(),
  }
}

const BOOK = 'sessions'

const nameOf = (session: string, topic: string) => `${session} ${topic}`

function partsOf(name: string): [session: string, topic: string] {
  const end = name.indexOf(' ')
  return [name.slice(0, end), name.slice(end + 1)]
}
