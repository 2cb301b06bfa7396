import { resolve } from 'node:path'

const SQLITE = 'sqlite:'

/** The path in a URL that names a SQLite file, null in one of another store. */
export const sqlitePath = (url: string): string | null => (url.startsWith(SQLITE) ? url.slice(SQLITE.length) : null)

/** The URL of a SQLite file, the same from whichever folder. */
export const sqliteUrl = (path: string): string => SQLITE + resolve(path)
