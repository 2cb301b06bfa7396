import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ListDatasetsOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp, type McpClient } from './support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder, type Program } from './support/program.ts'

/** Replaces the file as a deployment does: nobody ever sees half of it. */
async function putDatasets(file: string, text: string) {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

const listDatasets = async (mcp: McpClient, args: Record<string, unknown> = {}) =>
  ListDatasetsOutput.parse((await mcp.call('list_datasets', args)).structuredContent)
const namesOf = async (mcp: McpClient) => (await listDatasets(mcp)).datasets.map(({ name }) => name)

async function rowsOf(mcp: McpClient, args: Record<string, unknown>): Promise<Record<string, unknown>[]> {
  const { download_url: url } = await mcp.finishedExport(await mcp.startExport({ format: 'json', ...args }))
  return (await (await fetch(url)).json()) as Record<string, unknown>[]
}

const ITEMS = `
datasets:
  - name: items
    description: What a shop has
    source: sqlite:\${SHOP_FOLDER}/shop.sqlite
    table: items
    columns:
      - { name: price, type: decimal, label: Price in EUR }
      - { name: sold, type: timestamp }
      - { name: cost, hidden: true }
      - { name: remark, filter: false }
  - name: by-shelf
    source: sqlite:shop.sqlite
    query: SELECT id, name, shelf FROM items WHERE shelf = :shelf AND added >= :since
    parameters:
      - { name: shelf, type: integer, description: Where it lies }
      - { name: since, type: date, default: '2026-01-15' }
    key: id
  - name: few
    source: sqlite:shop.sqlite
    table: items
    limit: 10
`

function createShop(path: string) {
  const db = new DatabaseSync(path)
  db.exec(`
    CREATE TABLE items (
      id INTEGER PRIMARY KEY, name TEXT, shelf INTEGER, weight REAL, price NUMERIC, fresh BOOLEAN, added DATE, sold TEXT,
      packed DATETIME, opens TIME, photo BLOB, details JSON, remark TEXT, cost INTEGER
    );
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
    INSERT INTO items SELECT i,
      CASE i % 6 WHEN 0 THEN NULL WHEN 1 THEN 'tea ' || i WHEN 2 THEN 'Tee ''%_' || i WHEN 3 THEN 'té ☕' ELSE 'salt"' || i END,
      i % 7, i / 4.0, i || '.50', i % 2,
      date('2026-01-01', '+' || i || ' days'),
      CASE WHEN i % 5 THEN strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-01', '+' || (i * 7) || ' hours') END,
      strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', '+' || (i * 7) || ' hours'),
      time('00:00', '+' || (i * 11) || ' minutes'),
      CAST('p' || (i % 3) AS BLOB), json_object('i', i), 'remark', i * 2
    FROM n`)
  db.close()
}

describe('a server with datasets of a SQLite file', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let program: Program
  let mcp: McpClient
  let shop: DatabaseSync
  beforeAll(async () => {
    folder = await temporaryFolder()
    createShop(join(folder.path, 'shop.sqlite'))
    shop = new DatabaseSync(join(folder.path, 'shop.sqlite'), { readOnly: true })
    const file = join(folder.path, 'datasets.yaml')
    await writeFile(file, ITEMS)
    program = await startProgram({ DATA_DIR: folder.path, DATASETS_FILE: file, SHOP_FOLDER: folder.path })
    mcp = await connectHttp(program.url)
  })
  afterAll(async () => {
    shop?.close()
    await mcp?.[Symbol.asyncDispose]()
    await program?.[Symbol.asyncDispose]()
    await folder?.[Symbol.asyncDispose]()
  })

  test('list_datasets tells columns, parameters, limits and, once, what filters each type takes', async () => {
    const { datasets, types, next_cursor: next } = await listDatasets(mcp)
    expect(next).toBeNull()
    const [items, byShelf, few] = datasets
    expect(items?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id integer',
      'name text',
      'shelf integer',
      'weight real',
      'price decimal',
      'fresh boolean',
      'added date',
      'sold timestamp',
      'packed datetime',
      'opens time',
      'photo binary',
      'details json',
      'remark text',
    ])
    expect(items?.columns.find(({ name }) => name === 'price')).toMatchObject({ label: 'Price in EUR' })
    expect(items?.columns.filter(({ filterable }) => !filterable).map(({ name }) => name)).toEqual(['remark'])
    expect(byShelf?.parameters).toEqual([
      { name: 'shelf', type: 'integer', description: 'Where it lies', required: true, default: null },
      { name: 'since', type: 'date', description: '', required: false, default: '2026-01-15' },
    ])
    expect([few?.row_limit, items?.row_limit]).toEqual([10, null])
    expect(types.text).toEqual({
      tests: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'prefix', 'contains', 'null'],
      example: 'tea',
    })
    expect(types.json?.tests).toEqual(['null'])
  })

  const filters: [filter: unknown, where: string][] = [
    [{ name: 'tea 1' }, `name = 'tea 1'`],
    [{ name: null }, 'name IS NULL'],
    [{ name: { null: true } }, 'name IS NULL'],
    [{ name: { null: false } }, 'name IS NOT NULL'],
    [{ name: { ne: 'tea 1' } }, `name <> 'tea 1'`],
    [{ name: { in: ['tea 1', 'té ☕'] } }, `name IN ('tea 1', 'té ☕')`],
    [{ name: { not_in: ['tea 1', 'té ☕'] } }, `name NOT IN ('tea 1', 'té ☕')`],
    [{ name: { prefix: 'te' } }, `name GLOB 'te*'`],
    [{ name: { prefix: "Tee '%_" } }, `name GLOB 'Tee ''%_*'`],
    [{ name: { contains: '%_' } }, `name GLOB '*%_*'`],
    [{ name: { contains: 'é ☕' } }, `name GLOB '*é ☕*'`],
    [{ name: { contains: `"` } }, `name GLOB '*"*'`],
    [{ name: { gt: 'salt"9', lte: 'tea 2' } }, `name > 'salt"9' AND name <= 'tea 2'`],
    [{ shelf: 3 }, 'shelf = 3'],
    [{ shelf: '3' }, 'shelf = 3'],
    [{ shelf: { ne: 3 } }, 'shelf <> 3'],
    [{ shelf: { gt: 3 } }, 'shelf > 3'],
    [{ shelf: { gte: 3, lt: 5 } }, 'shelf >= 3 AND shelf < 5'],
    [{ shelf: { lte: 2 } }, 'shelf <= 2'],
    [{ shelf: { in: [1, '2', 99] } }, 'shelf IN (1, 2, 99)'],
    [{ shelf: { not_in: [1, 2] } }, 'shelf NOT IN (1, 2)'],
    [{ weight: { gte: 1.25, lte: 2.5 } }, 'weight BETWEEN 1.25 AND 2.5'],
    [{ price: '7.50' }, 'price = 7.5'],
    [{ price: { gte: '10.50', lt: 20 } }, 'price >= 10.5 AND price < 20'],
    [{ fresh: true }, 'fresh = 1'],
    [{ fresh: { ne: true } }, 'fresh = 0'],
    [{ added: '2026-01-31' }, `added = '2026-01-31'`],
    [{ added: { gt: '2026-01-31' } }, `added > '2026-01-31'`],
    [{ added: { gte: '2026-01-31', lt: '2026-02-10' } }, `added >= '2026-01-31' AND added < '2026-02-10'`],
    [{ added: { not_in: ['2026-01-31'] } }, `added <> '2026-01-31'`],
    [{ sold: { gte: '2026-01-05T00:00:00+01:00' } }, `julianday(sold) >= julianday('2026-01-04T23:00:00')`],
    [{ sold: { lt: '2026-01-05T06:00:00Z' } }, `julianday(sold) < julianday('2026-01-05T06:00:00')`],
    [{ sold: '2026-01-01T08:00:00+01:00' }, `sold = '2026-01-01T07:00:00Z'`],
    [{ sold: { ne: '2026-01-01T08:00:00+01:00' } }, `sold <> '2026-01-01T07:00:00Z'`],
    [{ sold: { in: ['2026-01-01T07:00:00Z'] } }, `sold = '2026-01-01T07:00:00Z'`],
    [{ packed: { gt: '2026-01-03T07:00:00' } }, `packed > '2026-01-03 07:00:00'`],
    [{ packed: '2026-01-01 07:00' }, `packed = '2026-01-01 07:00:00'`],
    [{ opens: { gte: '09:30', lte: '10:00:00' } }, `opens BETWEEN '09:30:00' AND '10:00:00'`],
    [{ photo: 'cDE=' }, `photo = x'7031'`],
    [{ photo: { ne: 'cDE=' } }, `photo <> x'7031'`],
    [{ photo: { in: ['cDE=', 'cDI='] } }, `photo IN (x'7031', x'7032')`],
    [{ details: { null: false } }, 'details IS NOT NULL'],
    [{ details: null }, 'details IS NULL'],
    [{ shelf: 3, fresh: false, name: { contains: 'e' } }, `shelf = 3 AND fresh = 0 AND name GLOB '*e*'`],
  ]
  for (const [given, where] of filters) {
    test(`the filter ${JSON.stringify(given)} gives the rows where ${where}`, async () => {
      const expected = shop
        .prepare(`SELECT id FROM items WHERE ${where} ORDER BY id`)
        .all()
        .map((row) => row['id'])
      const rows = await rowsOf(mcp, { dataset: 'items', filters: given, columns: ['id'] })
      expect(rows.map((row) => row['id'])).toEqual(expected)
      expect(expected.length < 60 || where.includes('NOT NULL')).toBe(true)
    })
  }

  test('columns, order and limit are those that were asked for', async () => {
    const rows = await rowsOf(mcp, {
      dataset: 'items',
      columns: ['shelf', 'id'],
      order_by: [{ column: 'shelf', direction: 'desc' }],
      limit: 12,
    })
    expect(rows.map((row) => Object.entries(row))).toEqual(
      shop
        .prepare('SELECT shelf, id FROM items ORDER BY shelf DESC, id DESC LIMIT 12')
        .all()
        .map((row) => Object.entries(row)),
    )
  })

  test('a query takes the values of its parameters, and its defaults', async () => {
    const expected = (since: string) =>
      shop
        .prepare(`SELECT id FROM items WHERE shelf = 2 AND added >= ? ORDER BY id`)
        .all(since)
        .map((row) => row['id'])
    const ids = async (parameters: object) =>
      (await rowsOf(mcp, { dataset: 'by-shelf', parameters })).map((row) => row['id'])
    expect(await ids({ shelf: 2 })).toEqual(expected('2026-01-15'))
    expect(await ids({ shelf: '2', since: '2026-02-10' })).toEqual(expected('2026-02-10'))
  })

  test('rows that the limit of the dataset cuts off are told in the result', async () => {
    const notes = async (args: object) =>
      (await mcp.finishedExport(await mcp.startExport({ format: 'csv', dataset: 'few', ...args }))).notes
    const cut = 'Dataset "few" gives at most 10 rows an export, and there are more: these are the first 10.'
    expect(await notes({})).toEqual([cut])
    expect(await notes({ limit: 50 })).toEqual([cut])
    expect(await notes({ limit: 5 })).toEqual([])
    expect(await notes({ filters: { shelf: 3 } })).toEqual([])
  })

  const HOSTILE = [
    `x' OR '1'='1`,
    `"; DROP TABLE items; --`,
    '../../etc/passwd',
    '${SHOP_FOLDER}',
    ':shelf',
    '*',
    '\u0000',
    '__proto__',
  ]
  const positions: Record<string, (text: string) => Record<string, unknown>> = {
    dataset: (text) => ({ dataset: text }),
    'the name of a filter': (text) => ({ dataset: 'items', filters: { [`${text}`]: 1 } }),
    'the name of a test': (text) => ({ dataset: 'items', filters: { name: { [`${text}`]: 'x' } } }),
    'a number of a filter': (text) => ({ dataset: 'items', filters: { shelf: text } }),
    'a list of a filter': (text) => ({ dataset: 'items', filters: { shelf: { in: [1, text] } } }),
    'a date of a filter': (text) => ({ dataset: 'items', filters: { added: { gte: text } } }),
    columns: (text) => ({ dataset: 'items', columns: ['id', text] }),
    order_by: (text) => ({ dataset: 'items', order_by: [{ column: text }] }),
    direction: (text) => ({ dataset: 'items', order_by: [{ column: 'id', direction: text }] }),
    'the name of a parameter': (text) => ({ dataset: 'by-shelf', parameters: { shelf: 1, [`${text}`]: 1 } }),
    'a parameter': (text) => ({ dataset: 'by-shelf', parameters: { shelf: text } }),
    delimiter: (text) => ({ dataset: 'items', delimiter: text }),
    format: (text) => ({ dataset: 'items', format: text }),
  }
  for (const [position, args] of Object.entries(positions)) {
    test(`no text gets further than the check as ${position}`, async () => {
      for (const text of HOSTILE) {
        const answer = await mcp.call('start_export', { format: 'csv', ...args(text) })
        expect([text, answer.isError]).toEqual([text, true])
        expect(answerText(answer)).toEqual({ error: expect.stringMatching(/^[A-Z].*[.?]$/s) })
        expect(JSON.stringify(answerText(answer))).not.toContain(folder.path)
      }
      expect(shop.prepare('SELECT count(*) AS n FROM items').get()?.['n']).toBe(60)
    })
  }

  test('a text as the value of a text, or as an idempotency key, is just that', async () => {
    for (const text of HOSTILE.filter((text) => text !== '\u0000')) {
      expect(await rowsOf(mcp, { dataset: 'items', filters: { name: text } })).toEqual([])
      for (const test of ['prefix', 'contains'])
        expect(await rowsOf(mcp, { dataset: 'items', filters: { name: { [test]: text } } })).toEqual([])
      const key = { format: 'csv', dataset: 'few', idempotency_key: text }
      const jobId = await mcp.startExport(key)
      expect(jobId).toMatch(/^[0-9a-f-]{36}$/)
      expect(await mcp.startExport(key)).toBe(jobId)
    }
  })
})

const table = (name: string, more = '') => `  - { name: ${name}, source: 'sqlite:shop.sqlite', table: items${more} }\n`

test('a new version of the file is in force at once in server and worker, a broken one is told in the log and changes nothing', async () => {
  await using folder = await temporaryFolder()
  createShop(join(folder.path, 'shop.sqlite'))
  const file = join(folder.path, 'datasets.yaml')
  await putDatasets(file, `datasets:\n${table('first')}`)
  const env = { DATA_DIR: folder.path, DATASETS_FILE: file }
  await using server = await startProgram({ ...env, ROLE: 'server' })
  await using worker = await startProgram({ ...env, ROLE: 'worker' })
  await using mcp = await connectHttp(server.url)
  expect(await rowsOf(mcp, { dataset: 'first' })).toHaveLength(60)

  await putDatasets(file, `datasets:\n${table('first', ', limit: 7')}${table('second')}`)
  expect(await namesOf(mcp)).toEqual(['first', 'second'])
  expect(await rowsOf(mcp, { dataset: 'second' })).toHaveLength(60)
  expect(await rowsOf(mcp, { dataset: 'first' })).toHaveLength(7)

  await putDatasets(file, `datasets:\n${table('first', ', limt: 7')}  - { name: b }\n`)
  expect(await namesOf(mcp)).toEqual(['first', 'second'])
  const answer = await mcp.call('start_export', { dataset: 'b', format: 'csv' })
  expect(answerText(answer)).toEqual({ error: 'There is no dataset "b"; the datasets are: first, second.' })
  expect(await rowsOf(mcp, { dataset: 'first' })).toHaveLength(7)
  for (const program of [server, worker]) {
    const refused = () => program.log().filter(({ event }) => event === 'datasets_file_refused')
    await eventually(() => expect(refused()).toHaveLength(1))
    expect(refused()[0]).toMatchObject({
      level: 50,
      mistakes: [
        `${file}:2:64: datasets[0].limt is no known key: did you mean "limit"?`,
        `${file}:3:5: datasets[1].source is missing.`,
      ],
    })
  }

  await putDatasets(file, `datasets:\n${table('third')}`)
  expect(await namesOf(mcp)).toEqual(['third'])
  // The only one needs no name.
  expect(await rowsOf(mcp, {})).toHaveLength(60)
  expect(server.log().filter(({ event }) => event === 'datasets_file_refused')).toHaveLength(1)
  expect(server.log().filter(({ event }) => event === 'datasets_file_read')).toHaveLength(2)
})

test('a worker that starts no thread before a version is broken still exports what is in force', async () => {
  await using folder = await temporaryFolder()
  createShop(join(folder.path, 'shop.sqlite'))
  const file = join(folder.path, 'datasets.yaml')
  await putDatasets(file, `datasets:\n${table('first')}`)
  await using program = await startProgram({ DATA_DIR: folder.path, DATASETS_FILE: file })
  await using mcp = await connectHttp(program.url)
  await putDatasets(file, 'datasets: [')
  expect(await rowsOf(mcp, {})).toHaveLength(60)
})

test('a long list comes in pages, each dataset once', async () => {
  await using folder = await temporaryFolder()
  createShop(join(folder.path, 'shop.sqlite'))
  const file = join(folder.path, 'datasets.yaml')
  const names = Array.from({ length: 45 }, (_, at) => `d${at}`)
  await putDatasets(file, `datasets:\n${names.map((name) => table(name)).join('')}`)
  await using program = await startProgram({ DATA_DIR: folder.path, DATASETS_FILE: file, ROLE: 'server' })
  await using mcp = await connectHttp(program.url)
  for (const limit of [undefined, 3, 45, 100]) {
    const seen: string[] = []
    const sizes: number[] = []
    let cursor: string | null = null
    do {
      const page: ListDatasetsOutput = await listDatasets(mcp, { ...(limit && { limit }), ...(cursor && { cursor }) })
      seen.push(...page.datasets.map(({ name }) => name))
      sizes.push(page.datasets.length)
      cursor = page.next_cursor
    } while (cursor)
    expect(seen).toEqual(names)
    // Seven of these fit into one answer.
    expect(Math.max(...sizes)).toBe(Math.min(limit ?? 20, 7))
  }
  for (const args of [{ cursor: 'nonsense' }, { limit: 0 }, { limit: 101 }, { cursor: '' }])
    expect((await mcp.call('list_datasets', args)).isError).toBe(true)
})

test('a program whose file is broken does not start and tells every mistake with its line', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'datasets.yaml')
  await putDatasets(
    file,
    `datasets:\n${table('a')}${table('a')}  - { name: b, source: 'sqlite:\${NO_SUCH}', tabel: t }\n`,
  )
  const { code, stderr } = await runProgram(serverProgram, [], {
    DATA_DIR: folder.path,
    DATASETS_FILE: file,
    PORT: '0',
  })
  expect(code).toBe(2)
  expect(stderr).toContain(`DATASETS_FILE ${file}:3:13: datasets[1].name is used twice: "a".`)
  expect(stderr).toContain(
    `DATASETS_FILE ${file}:4:24: datasets[2].source needs the environment variable NO_SUCH, which is not set.`,
  )
  expect(stderr).toContain(`DATASETS_FILE ${file}:4:45: datasets[2].tabel is no known key: did you mean "table"?`)
})

describe('datasets check', () => {
  const check = (env: Record<string, string>, ...args: string[]) =>
    runProgram(serverProgram, ['datasets', 'check', ...args], env)

  test('tells of each good dataset what it has and what its key is good for', async () => {
    await using folder = await temporaryFolder()
    createShop(join(folder.path, 'shop.sqlite'))
    const file = join(folder.path, 'datasets.yaml')
    await writeFile(
      file,
      `${ITEMS}${table('sorted', ', order: [name]')}  - { name: query, source: 'sqlite:shop.sqlite', query: SELECT 1 AS one }
  - { name: lists, source: 'json:lists.ndjson', key: [list, id] }\n`,
    )
    await writeFile(join(folder.path, 'lists.ndjson'), '{"list": [2], "id": 1}\n')
    const { code, stdout } = await check({ DATASETS_FILE: file, SHOP_FOLDER: folder.path })
    expect(stdout.split('\n')).toEqual([
      'ok     items: 13 columns, key _rowid_: an export whose worker dies goes on behind its last safe row',
      'ok     by-shelf: 3 columns, key id: an export whose worker dies goes on behind its last safe row',
      'ok     few: 14 columns, key _rowid_: an export whose worker dies goes on behind its last safe row',
      'ok     sorted: 14 columns, key _rowid_, but it is read in another order: an export whose worker dies starts over',
      'ok     query: 1 column, no key: an export whose worker dies starts over',
      'ok     lists: 2 columns, its key cannot be gone on behind, because of list (JSON): an export whose worker dies starts over',
      '6 good, 0 wrong.',
      '',
    ])
    expect(code).toBe(0)
  })

  test('tells mistakes with their line and what cannot be connected to, with exit code 1', async () => {
    await using folder = await temporaryFolder()
    createShop(join(folder.path, 'shop.sqlite'))
    const file = join(folder.path, 'new.yaml')
    await writeFile(
      file,
      `datasets:\n${table('good')}${table('hides', ', columns: [{ name: csot, hidden: true }]')}  - { name: gone, source: 'sqlite:gone.sqlite', table: t }\n  - { name: bad, table: t }\n`,
    )
    const { code, stdout } = await check({ INIT_CWD: folder.path }, 'new.yaml')
    expect(stdout.split('\n')).toEqual([
      `wrong  ${file}:5:5: datasets[3].source is missing.`,
      expect.stringContaining('ok     good: 14 columns'),
      `wrong  ${file}:3: Dataset "hides" cannot be read: its description does not fit its source; its operator finds out more with "queue-ops datasets check". (columns, order or key names "csot", which is not there)`,
      `wrong  ${file}:4: Dataset "gone" cannot be read: its database file is missing or not readable. (unable to open database file)`,
      '1 good, 3 wrong.',
      '',
    ])
    expect(code).toBe(1)
  })

  test('tries what schedules ask for, where their dataset can be read', async () => {
    await using folder = await temporaryFolder()
    createShop(join(folder.path, 'shop.sqlite'))
    const file = join(folder.path, 'datasets.yaml')
    const schedule = (name: string, rest: string) => `  - { name: ${name}, cron: '0 6 * * *', format: csv, ${rest} }\n`
    const good = `datasets:\n${table('all')}  - { name: gone, source: 'sqlite:gone.sqlite', table: t }\nschedules:\n${schedule('daily', "dataset: all, keep: 3, filters: { shelf: 2 }, delimiter: ';'")}`
    await writeFile(file, good + schedule('of-gone', 'dataset: gone'))
    const first = await check({ DATASETS_FILE: file })
    expect(first.code).toBe(1)
    expect(first.stdout).toMatch(/^ok {5}daily: next run \d{4}-\d\d-\d\dT06:00:00\.000Z, 3 kept$/m)
    expect(first.stdout).not.toContain('of-gone')
    expect(first.stdout).toContain('2 good, 1 wrong.')

    await writeFile(
      file,
      `datasets:\n${table('all')}schedules:\n${schedule('a', 'dataset: all, columns: [nmae]')}${schedule('b', 'dataset: all, filters: { id: soon }')}${schedule('c', 'dataset: all')}`,
    )
    const { code, stdout } = await check({ DATASETS_FILE: file })
    expect(code).toBe(1)
    expect(stdout.split('\n')).toEqual([
      expect.stringContaining('ok     all: '),
      expect.stringContaining(
        `wrong  ${file}:4: schedule a: Dataset "all" has no column "nmae"; its columns are: id, name`,
      ),
      expect.stringMatching(/^wrong {2}.*:5: schedule b: .*"id"/),
      expect.stringMatching(/^ok {5}c: next run .*, 7 kept$/),
      '2 good, 2 wrong.',
      '',
    ])
  })

  test('without a file there is the sample, and no other command', async () => {
    await using folder = await temporaryFolder()
    // As in a fresh clone, in which nothing has made the folder.
    const sample = await check({ DATA_DIR: join(folder.path, 'new', 'data') })
    expect(sample).toMatchObject({ code: 0, stdout: expect.stringContaining('ok     cities: 8 columns, key _rowid_') })
    const unknown = await runProgram(serverProgram, ['datasets', 'drop'])
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('datasets check [FILE]') })
    const missing = await check({}, '/nowhere/datasets.yaml')
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('/nowhere/datasets.yaml cannot be read') })
  })
})
