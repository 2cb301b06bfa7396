import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ListDatasetsOutput } from '@queue-ops/server/contract'
import { describe, expect, test } from 'vitest'
import { databases } from './sources/databases.ts'
import { connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'

const LARGE = '9007199254740993'

/** A value of each type as a client writes it, and the row that it finds. */
const filters: [filter: Record<string, unknown>, ids: number[]][] = [
  [{ big: LARGE }, [2]],
  [{ big: { lt: '9007199254740992' } }, [1]],
  [{ big: { in: [1, LARGE] } }, [1, 2]],
  [{ amount: '19.90' }, [1]],
  [{ amount: { gt: 19.9 } }, [2]],
  [{ name: { prefix: '1', contains: '%' } }, [2]],
  [{ name: 11 }, [1]],
  [{ name: null }, [3]],
  [{ day: { gte: '2026-01-31' } }, [2]],
  [{ moment: '2026-01-31T10:30:00+01:00' }, [1]],
  [{ moment: { gt: '2026-01-31T10:30:00+01:00', lte: '2026-02-01T00:00:00Z' } }, [2]],
  [{ bytes: '3q2+7w==' }, [1]],
  [{ bytes: { ne: '3q2+7w==' } }, [2]],
]

for (const [name, start] of Object.entries(databases)) {
  describe(`on ${name}`, () => {
    test('a filter of every type, written as a client does, finds its rows', async () => {
      await using database = await start()
      const { text, binary, bytes } = database.words
      // What says most of its type; the zone of a literal is that of the connection.
      const moment = name === 'SQLite' ? 'DATETIME' : database.words.timestamp
      await database.run(
        `CREATE TABLE things (id integer PRIMARY KEY, big bigint, amount decimal(20, 2), name ${text}, day date, moment ${moment}, bytes ${binary})`,
      )
      await database.run(`INSERT INTO things VALUES
        (1, 1, 19.90, '11', '2026-01-30', '2026-01-31 09:30:00', ${bytes('deadbeef')}),
        (2, ${LARGE}, 20.00, '1%', '2026-01-31', '2026-02-01 00:00:00', ${bytes('00')}),
        (3, NULL, NULL, NULL, NULL, NULL, NULL)`)
      await using folder = await temporaryFolder()
      const file = join(folder.path, 'datasets.yaml')
      await writeFile(
        file,
        `datasets:\n  - name: things\n    source: \${SOURCE}\n    table: things\n    columns: [{ name: moment, type: timestamp }]\n`,
      )
      await using program = await startProgram({ DATA_DIR: folder.path, DATASETS_FILE: file, SOURCE: database.url })
      await using mcp = await connectHttp(program.url)
      for (const [given, ids] of filters) {
        const jobId = await mcp.startExport({ format: 'json', filters: given, columns: ['id'] })
        const { download_url: url } = await mcp.finishedExport(jobId)
        const rows = (await (await fetch(url)).json()) as { id: number }[]
        expect([given, rows.map(({ id }) => id)]).toEqual([given, ids])
      }
    })
  })
}

test('a source that does not answer costs the others nothing, and its own dataset a sentence', async () => {
  // Accepts connections and never says a word.
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  try {
    await using database = await databases['SQLite']?.()
    await database?.run('CREATE TABLE things (id INTEGER PRIMARY KEY)')
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'datasets.yaml')
    const hanging = (name: string, kind: string) =>
      `  - { name: ${name}, source: '${kind}://u:p@127.0.0.1:${port}/d', table: t }\n`
    await writeFile(
      file,
      `datasets:\n${hanging('a', 'postgres')}${hanging('b', 'mysql')}  - { name: good, source: '${database?.url}', table: things }\n`,
    )
    await using program = await startProgram({ DATA_DIR: folder.path, DATASETS_FILE: file, ROLE: 'server' })
    await using mcp = await connectHttp(program.url)
    const { datasets } = ListDatasetsOutput.parse((await mcp.call('list_datasets')).structuredContent)
    expect(datasets.map(({ name, columns, problem }) => [name, columns.length, problem])).toEqual([
      ['a', 0, expect.stringMatching(/^Dataset "a" cannot be read: /)],
      ['b', 0, expect.stringMatching(/^Dataset "b" cannot be read: /)],
      ['good', 1, null],
    ])
    // An export of it is taken on all the same: the worker waits and tries again.
    expect(await mcp.startExport({ dataset: 'a', format: 'csv' })).toMatch(/^[0-9a-f-]{36}$/)
  } finally {
    silent.close()
  }
})
