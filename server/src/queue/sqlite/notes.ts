import type { Transaction } from './transaction.ts'

/** A note as it stands in the file. */
export interface StoredNote {
  name: string
  writtenAt: number
  text: string
}

/** How long and how many notes of a queue are kept. */
export interface Keeping {
  keptMs: number
  most: number
}

/** For notes each of which has a time of its own. */
export interface Leaving extends Keeping {
  /** Until this one is forgotten, at most `keptMs`. */
  leftMs: number
  /** When there are too many, those make room that are forgotten within so long. */
  yieldsMs: number
}

/** Notes of a queue may be kept in several books, each with a limit of its own; those about the queue itself are in none. */
export const bookOf = (queue: string, book?: string) => (book === undefined ? queue : `${queue}:queue-ops:${book}`)

/** Comes behind every name that goes on after the same start. */
const LAST_CHARACTER = '\u{10ffff}'

/** Writes a note and forgets those of the queue that are too old or too many. */
export function writeNote(
  tx: Transaction,
  queue: string,
  { name, writtenAt, text }: StoredNote,
  { keptMs, most }: Keeping,
): void {
  tx.sql('INSERT OR REPLACE INTO note (queue, name, written_at, value) VALUES (?, ?, ?, ?)').run(
    queue,
    name,
    writtenAt,
    text,
  )
  forgetOld(tx, queue, writtenAt, keptMs)
  const count = countNotes(tx, queue)
  if (count <= most) return
  const oldest = 'SELECT name FROM note WHERE queue = ? ORDER BY written_at LIMIT ?'
  tx.sql(`DELETE FROM note WHERE queue = ? AND name IN (${oldest})`).run(queue, queue, count - most)
}

/**
 * The same for a note that is forgotten in its own time, as if it had been written so much earlier; when there are so many
 * already and none makes room, it is not written, which is told.
 */
export function writeNoteIfRoom(
  tx: Transaction,
  queue: string,
  note: StoredNote,
  { leftMs, yieldsMs, ...keeping }: Leaving,
): boolean {
  const { name, text, writtenAt: now } = note
  const { keptMs, most } = keeping
  forgetOld(tx, queue, now, keptMs)
  const known = tx.sql('SELECT 1 FROM note WHERE queue = ? AND name = ?').get(queue, name)
  if (!known && countNotes(tx, queue) >= most) {
    tx.sql('DELETE FROM note WHERE queue = ? AND written_at <= ?').run(queue, now - keptMs + yieldsMs)
    if (countNotes(tx, queue) >= most) return false
  }
  const writtenAt = now - keptMs + leftMs
  tx.sql('INSERT OR REPLACE INTO note (queue, name, written_at, value) VALUES (?, ?, ?, ?)').run(
    queue,
    name,
    writtenAt,
    text,
  )
  return true
}

/** Lets a note, if it is there, be forgotten in so long when it was to stay for longer. */
export function hastenNote(
  tx: Transaction,
  queue: string,
  name: string,
  now: number,
  { keptMs, leftMs }: Leaving,
): void {
  const writtenAt = now - keptMs + leftMs
  tx.sql('UPDATE note SET written_at = ? WHERE queue = ? AND name = ? AND written_at > ?').run(
    writtenAt,
    queue,
    name,
    writtenAt,
  )
}

/** By the distance, because a clock that was set back leaves notes of the future behind. */
function forgetOld(tx: Transaction, queue: string, now: number, keptMs: number) {
  tx.sql('DELETE FROM note WHERE queue = ? AND abs(written_at - ?) > ?').run(queue, now, keptMs)
}

const countNotes = (tx: Transaction, queue: string) =>
  Number(tx.sql('SELECT count(*) AS notes FROM note WHERE queue = ?').get(queue)?.['notes'])

export function removeNote(tx: Transaction, queue: string, name: string): void {
  tx.sql('DELETE FROM note WHERE queue = ? AND name = ?').run(queue, name)
}

/** Those that are not older than `keptMs` at `now` and whose name starts so. */
export function readNotes(tx: Transaction, queue: string, now: number, keptMs: number, start = ''): StoredNote[] {
  const rows = tx
    .sql(
      'SELECT name, written_at, value FROM note WHERE queue = ? AND name >= ? AND name < ? AND abs(written_at - ?) <= ? ORDER BY name',
    )
    .all(queue, start, start + LAST_CHARACTER, now, keptMs)
  return rows.map((row) => ({
    name: String(row['name']),
    writtenAt: Number(row['written_at']),
    text: String(row['value']),
  }))
}

export function tally(tx: Transaction, queue: string, name: string): void {
  tx.sql(
    'INSERT INTO tally (queue, name, count) VALUES (?, ?, 1) ON CONFLICT (queue, name) DO UPDATE SET count = count + 1',
  ).run(queue, name)
}

export function readTallies(tx: Transaction, queue: string): Record<string, number> {
  const rows = tx.sql('SELECT name, count FROM tally WHERE queue = ?').all(queue)
  return Object.fromEntries(rows.map((row) => [String(row['name']), Number(row['count'])]))
}
