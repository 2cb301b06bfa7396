import { MAX_NOTES, NOTES_KEPT_MS, parseNote, type Notes } from './notes.ts'
import type { SqliteBackend } from './sqlite/backend.ts'

/** Keeps a queue's notes in a table of its file, whose clock is this machine's. */
export function sqliteNotes(backend: SqliteBackend): Notes {
  const keeping = { keptMs: NOTES_KEPT_MS, most: MAX_NOTES }
  return {
    write: (name, value) => backend.writeNote(name, JSON.stringify(value), keeping),
    remove: (name) => backend.removeNote(name),
    tally: (name) => backend.tally(name),
    async read() {
      const { now, notes, tallies } = await backend.readNotes(NOTES_KEPT_MS)
      return { now, tallies, notes: notes.flatMap(({ name, writtenAt, text }) => parseNote(name, writtenAt, text)) }
    },
  }
}
