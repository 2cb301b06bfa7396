import type { DatabaseSync } from 'node:sqlite'

/** "qprh" in the header of the file (`PRAGMA application_id`): a file with another one belongs to another program. */
export const APPLICATION_ID = 0x71707268
export const VERSION = 1

/**
 * `at`, `start`: milliseconds since 1970. `course`, `result`, `event` …: JSON. Levels of rollups: see rollups.ts. Rows that
 * are written anew replace the former ones, so that writing something twice does no harm.
 */
const tables = `
  CREATE TABLE targets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL
  ) STRICT;
  CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    target INTEGER NOT NULL,
    at INTEGER NOT NULL,
    result TEXT NOT NULL
  ) STRICT;
  CREATE INDEX results_by_time ON results (at);
  CREATE INDEX results_by_target ON results (target, at);
  CREATE TABLE rollups (
    level INTEGER NOT NULL,
    start INTEGER NOT NULL,
    target INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    warn INTEGER NOT NULL,
    fail INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    shortest REAL NOT NULL,
    total REAL NOT NULL,
    longest REAL NOT NULL,
    dead_letters INTEGER,
    waiting INTEGER,
    canary REAL,
    PRIMARY KEY (level, start, target)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    incident TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incidents_by_time ON incidents (opened_at);
  CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    message TEXT NOT NULL
  ) STRICT;
`

/** Makes the tables of a new file. */
export function createTables(db: DatabaseSync): void {
  db.exec(`BEGIN IMMEDIATE;${tables}PRAGMA application_id = ${APPLICATION_ID};PRAGMA user_version = ${VERSION};COMMIT`)
}
