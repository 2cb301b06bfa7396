import type { SqliteBackend } from './sqlite/backend.ts'
import { MAX_IN_A_STORE, SUBSCRIPTIONS_KEPT_MS, type Subscriptions } from './subscriptions.ts'

/** Keeps them among the notes of the queue's file, apart from those of the queue itself. */
export function sqliteSubscriptions(backend: SqliteBackend): Subscriptions {
  const keeping = { keptMs: SUBSCRIPTIONS_KEPT_MS, most: MAX_IN_A_STORE }
  return {
    add: (session, topic) => backend.writeNoteIfRoom(nameOf(session, topic), '{}', keeping, BOOK),
    remove: (session, topic) => backend.removeNote(nameOf(session, topic), BOOK),
    async read(session) {
      const { notes } = await backend.readNotes(SUBSCRIPTIONS_KEPT_MS, { book: BOOK, start: nameOf(session, '') })
      return notes.map(({ name }) => name.slice(nameOf(session, '').length))
    },
  }
}

const BOOK = 'sessions'

const nameOf = (session: string, topic: string) => `${session} ${topic}`
