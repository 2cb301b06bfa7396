// Holds a SQLite file locked against writers until it is told to stop.
import { DatabaseSync } from 'node:sqlite'

const db = new DatabaseSync(process.argv[2] ?? '')
db.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE')
process.send?.('locked')
setInterval(() => undefined, 60_000)
