import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Writes a datasets file with one SQLite table and gives its path. The database itself need not exist. */
export async function writeDatasetsFile(
  folder: string,
  name: string,
  database: string,
  table: string,
): Promise<string> {
  const file = join(folder, 'datasets.yaml')
  await writeFile(
    file,
    `datasets:\n  - name: ${name}\n    description: made by a test\n    source: sqlite:${database}\n    table: ${table}\n`,
  )
  return file
}

/** Makes the table that was missing. */
export function createOrders(database: string): void {
  const db = new DatabaseSync(database)
  db.exec(`CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT); INSERT INTO orders VALUES (1, 'tea'), (2, 'salt')`)
  db.close()
}

/** Makes a view that takes several seconds to read, or longer, so that an export of it can be caught in the act. */
export function createSlowView(database: string, rows = 3_000_000): void {
  const db = new DatabaseSync(database)
  db.exec(
    `CREATE VIEW numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n`,
  )
  db.close()
}

export function dropTable(database: string, table: string): void {
  const db = new DatabaseSync(database)
  db.exec(`DROP TABLE ${table}`)
  db.close()
}
