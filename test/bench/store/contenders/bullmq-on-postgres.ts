import { createPostgresBackend, withBackend } from 'bullmq'
import { Client } from 'pg'
import { postgresPrograms, startPostgres } from '../../../support/postgres.ts'
import type { Contender, Host } from '../contender.ts'
import { openBullmq } from './bullmq.ts'

/** On a PostgreSQL of its own that does not wait for the disk (fsync off), which flatters it. */
export const bullmqOnPostgres: Contender = {
  id: 'postgres',
  name: 'BullMQ on PostgreSQL, fsync off',
  growthLimit: 20_000,
  absent: () => (postgresPrograms() ? undefined : 'there is no initdb: install the PostgreSQL server'),
  start,
  open: (connectionString) => openBullmq(createPostgresBackend, { connectionString }),
}

async function start(): Promise<Host> {
  const server = await startPostgres()
  const admin = new Client({ connectionString: server.url })
  await admin.connect()
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version')
  let database = ''
  let made = 0
  return {
    version: `PostgreSQL ${rows[0]?.server_version}`,
    async fresh() {
      if (database) await admin.query(`DROP DATABASE ${database} WITH (FORCE)`)
      made += 1
      database = `bench${made}`
      await admin.query(`CREATE DATABASE ${database}`)
      const url = new URL(server.url)
      url.pathname = database
      const { Queue } = withBackend(createPostgresBackend)
      const migration = new Queue('migration', { connection: { connectionString: url.href, migrate: true } })
      await migration.waitUntilReady()
      await migration.close()
      return url.href
    },
    async bytes() {
      const size = await admin.query<{ bytes: string }>('SELECT pg_database_size($1) AS bytes', [database])
      return Number(size.rows[0]?.bytes)
    },
    async [Symbol.asyncDispose]() {
      await admin.end()
      await server[Symbol.asyncDispose]()
    },
  }
}
