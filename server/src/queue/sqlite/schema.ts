import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store-error.ts'

/**
 * Each entry takes the database from the version before it to its own; the first makes it from nothing. Entries are
 * never changed, only added: files in the field have been through them. The version stands in `user_version`.
 *
 * `queue` holds in one row all that a transition needs to know of its queue, so that one read and one write a
 * transaction are enough. `job.key` is found from the id: see job-key.ts; `job.place` orders a state: see place.ts. What is
 * large or rare stands in tables of its own, so that a change of state rewrites a small row.
 */
const migrations = [
  `
  CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    meta TEXT NOT NULL DEFAULT '{}',
    last_job INTEGER NOT NULL DEFAULT 0,
    last_event INTEGER NOT NULL DEFAULT 0,
    front INTEGER NOT NULL DEFAULT 0,
    back INTEGER NOT NULL DEFAULT 0,
    last_priority INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,
    prioritized INTEGER NOT NULL DEFAULT 0,
    delayed INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 0,
    waiting_children INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    limiter_count INTEGER NOT NULL DEFAULT 0,
    limiter_until INTEGER NOT NULL DEFAULT 0,
    stalled_check_until INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE job (
    key INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    state INTEGER NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    opts TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    delay INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    progress TEXT,
    attempts_made INTEGER NOT NULL DEFAULT 0,
    attempts_started INTEGER NOT NULL DEFAULT 0,
    stalled_count INTEGER NOT NULL DEFAULT 0,
    processed_at INTEGER,
    processed_by TEXT,
    finished_at INTEGER,
    return_value TEXT,
    failed_reason TEXT,
    deferred_failure TEXT,
    parent_key TEXT,
    parent TEXT,
    scheduler TEXT,
    dedup_id TEXT,
    lock_token TEXT,
    lock_until INTEGER NOT NULL DEFAULT 0,
    suspect INTEGER NOT NULL DEFAULT 0,
    aside INTEGER NOT NULL DEFAULT 0,
    data TEXT
  ) STRICT;
  CREATE UNIQUE INDEX job_by_id ON job (queue, id) WHERE key < 68719476736;
  CREATE INDEX job_by_place ON job (queue, state, place);

  CREATE TABLE payload (job INTEGER PRIMARY KEY, data TEXT, stacktrace TEXT) STRICT;
  CREATE TABLE log (job INTEGER NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (job, line))
    STRICT, WITHOUT ROWID;
  CREATE TABLE dependency (
    parent INTEGER NOT NULL,
    child_key TEXT NOT NULL,
    status INTEGER NOT NULL,
    value TEXT,
    since INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (parent, status, child_key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE dedup (
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (queue, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE dedup_next (queue INTEGER NOT NULL, id TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (queue, id))
    STRICT, WITHOUT ROWID;
  CREATE TABLE scheduler (
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    next_run INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (queue, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX scheduler_by_run ON scheduler (queue, next_run);
  CREATE TABLE event (queue INTEGER NOT NULL, id INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (queue, id))
    STRICT, WITHOUT ROWID;
  CREATE TABLE metric (
    queue INTEGER NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    previous_at INTEGER,
    previous_count INTEGER NOT NULL DEFAULT 0,
    points TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (queue, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE client (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    pid INTEGER NOT NULL,
    pid_space TEXT NOT NULL,
    since INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;
  `,
  // What version 1 has miscounted when a flow was removed.
  `
  UPDATE queue SET
    failed = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = 1),
    waiting_children = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = 2),
    completed = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = 3),
    active = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = 4),
    waiting = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = 5),
    prioritized = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = 6),
    delayed = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = 7);
  `,
  // When a job was put in line if that was not when it was added, and when the queue was paused, 0 for not known.
  `
  ALTER TABLE job ADD COLUMN ready_at INTEGER;
  ALTER TABLE queue ADD COLUMN paused_at INTEGER NOT NULL DEFAULT 0;
  `,
  // By the name of the queue and not its number: a note makes no queue, and writing one wakes nobody who waits for a job.
  `
  CREATE TABLE note (
    queue TEXT NOT NULL,
    name TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (queue, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tally (queue TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (queue, name))
    STRICT, WITHOUT ROWID;
  `,
  // What operations on dead letters are about and how far they are.
  `
  CREATE TABLE operation (
    id TEXT PRIMARY KEY,
    chosen INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE operation_job (
    operation TEXT NOT NULL,
    line INTEGER NOT NULL,
    job INTEGER NOT NULL,
    job_id TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    PRIMARY KEY (operation, line)
  ) STRICT, WITHOUT ROWID;
  `,
  // Lists are made by previews, of which not all become operations; dead letters with children that are not over stay.
  `
  ALTER TABLE operation ADD COLUMN begun INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE operation ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
  `,
]

/**
 * Brings the file to the version that this program knows. Throws {@link StoreError} `newer` when a newer program has
 * been here already, before anything is touched.
 */
export function migrate(db: DatabaseSync): void {
  if (versionOf(db) === migrations.length) return
  db.exec('BEGIN IMMEDIATE')
  try {
    // Read again: another process may have migrated while we waited for the lock.
    const version = versionOf(db)
    refuseNewer(version)
    for (const script of migrations.slice(version)) db.exec(script)
    db.exec(`PRAGMA user_version = ${migrations.length}`)
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

/** Throws {@link StoreError} `newer` for a version that this program does not know. */
export function refuseNewer(version: number): void {
  if (version <= migrations.length) return
  throw new StoreError(
    'newer',
    `the queue file has schema version ${version}, this program knows up to ${migrations.length}: use the newer program`,
  )
}

export const versionOf = (db: DatabaseSync) => Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
