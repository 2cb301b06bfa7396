import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sqlite } from '../sources/sqlite.ts'
import { readDatasets, type ReadDatasets } from './datasets-file.ts'

const read = (text: string, variables: Record<string, string> = {}): ReadDatasets =>
  readDatasets({ path: '/x/datasets.yaml', text, variables }, [sqlite])

const COMPLETE = `
datasets:
  - &orders
    name: orders
    description: All orders since 2019
    source: sqlite:./\${SHOP}.sqlite
    table: main.orders
    columns:
      - { name: total, type: decimal, label: Total in EUR }
      - { name: card, hidden: true }
      - { name: note, filter: false }
    order: [created desc, { column: id, direction: desc }, 'odd name']
    key: id
    limit: 100000
    timeout_s: 120
  - name: since
    source: sqlite:shop.sqlite
    query: SELECT * FROM orders WHERE created >= :since AND shop = :shop -- :comment
    parameters:
      - { name: since, type: date, description: First day }
      - { name: shop, type: integer, default: 3 }
    key: [shop, id]
  - <<: *orders
    name: again
`

test('a complete file is read as it is meant', () => {
  const { definitions, mistakes } = read(COMPLETE, { SHOP: 'shop' })
  expect(mistakes).toEqual([])
  expect(definitions).toMatchObject([
    {
      name: 'orders',
      line: 4,
      relation: { table: 'main.orders' },
      columns: [
        { name: 'total', type: 'decimal', label: 'Total in EUR', hidden: false, filterable: true },
        { name: 'card', hidden: true },
        { name: 'note', filterable: false },
      ],
      order: [
        { column: 'created', descending: true },
        { column: 'id', descending: true },
        { column: 'odd name', descending: false },
      ],
      key: ['id'],
      rowLimit: 100_000,
      timeoutMs: 120_000,
    },
    {
      name: 'since',
      relation: { query: expect.stringContaining(':since') },
      parameters: [
        { name: 'since', type: 'date', description: 'First day', required: true, default: null },
        { name: 'shop', type: 'integer', description: '', required: false, default: 3 },
      ],
      key: ['shop', 'id'],
      rowLimit: null,
      timeoutMs: 60_000,
    },
    { name: 'again', relation: { table: 'main.orders' } },
  ])
})

test('the examples of the reference are right', () => {
  const reference = readFileSync(new URL('../../../../docs/datasets.md', import.meta.url), 'utf8')
  const examples = [...reference.matchAll(/^```yaml\n(datasets:[\s\S]*?)^```/gm)].map(([, text = '']) => read(text))
  expect(examples.map(({ mistakes }) => mistakes)).toEqual([[]])
  expect(examples[0]?.definitions).toHaveLength(2)
})

test('another version of a dataset has another fingerprint, the same one the same', () => {
  const fingerprint = (text: string, SHOP = 'shop') => read(text, { SHOP }).definitions[0]?.fingerprint
  expect(fingerprint(COMPLETE)).toBe(fingerprint(COMPLETE.replace('name: again', 'name: twice')))
  expect(fingerprint(COMPLETE)).not.toBe(fingerprint(COMPLETE.replace('100000', '99999')))
  expect(fingerprint(COMPLETE)).not.toBe(fingerprint(COMPLETE, 'other'))
})

/** What stands in the file, and where it is told to be wrong in what words. A dataset begins in line 2, column 5. */
const dataset = (...lines: string[]) => `datasets:\n  - name: a\n${lines.map((line) => `    ${line}\n`).join('')}`
const table = (...lines: string[]) => dataset('source: sqlite:x.db', 'table: t', ...lines)
const query = (...lines: string[]) => dataset('source: sqlite:x.db', ...lines)

const wrong: Record<string, [text: string, ...told: string[]]> = {
  'nothing in it': ['', '1:1: the file must be a group of keys, not nothing.'],
  'a list': ['- a', '1:1: the file must be a group of keys, not a list.'],
  'no datasets': ['datasets: []', '1:11: datasets must list at least one.'],
  'broken YAML': ['datasets: [', '1:12: Flow sequence in block collection must'],
  'a tab': ['datasets:\n\t- name: a', '2:1: Tabs are not allowed as indentation.'],
  'two documents': ['datasets: []\n---\na: 1', '2:1: '],
  'a key twice': ['datasets: []\ndatasets: []', '2:1: Map keys must be unique.'],
  'an alias of nothing': ['datasets: *nothing', '1:1: Unresolved alias'],
  'an unknown tag': ['datasets: !rows []', '1:11: Unresolved tag: !rows.'],
  'a misspelt key': [table('tabel: u'), '5:5: datasets[0].tabel is no known key: did you mean "table"?'],
  'a key from elsewhere': [table('rows: 5'), '5:5: datasets[0].rows is no known key: the keys are: name, description'],
  'a misspelt key at the top': [
    'dataset: []\ndatasets: []',
    '1:1: dataset is no known key: did you mean "datasets"?',
    '2:11:',
  ],
  'a misspelt key of a column': [
    table('columns:', '  - { name: b, lable: B }'),
    '6:20: datasets[0].columns[0].lable is no known key: did you mean "label"?',
  ],
  'a misspelt key of a parameter': [
    query('query: SELECT :p', 'parameters: [{ name: p, type: text, requierd: true }]'),
    '5:41: datasets[0].parameters[0].requierd is no known key: did you mean "required"?',
  ],
  'a misspelt key of an order': [
    table('order: [{ column: b, directoin: asc }]'),
    '5:26: datasets[0].order[0].directoin is no known key: did you mean "direction"?',
  ],
  'a dataset that is a text': ['datasets: [orders]', '1:12: datasets[0] must be a group of keys, not a text.'],
  'no name': ['datasets:\n  - source: sqlite:x\n    table: t', '2:5: datasets[0].name is missing.'],
  'a name that is a number': [
    'datasets:\n  - name: 12\n    source: sqlite:x\n    table: t',
    '2:11: datasets[0].name must be a text, not a number.',
  ],
  'a name with a space': [
    'datasets: [{ name: a b, source: "sqlite:x", table: t }]',
    '1:20: datasets[0].name may hold letters',
  ],
  'a name that is used twice': [
    `${table()}  - name: a\n    source: sqlite:y\n    table: t\n`,
    '5:11: datasets[1].name is used twice: "a".',
  ],
  'no source': [dataset('table: t'), '2:5: datasets[0].source is missing.'],
  'a source of no known kind': [
    dataset('source: oracle:x', 'table: t'),
    '3:13: datasets[0].source must be a URL such as sqlite:./shop.sqlite',
  ],
  'a source that names nothing': [dataset('source: "sqlite:"', 'table: t'), '3:13: datasets[0].source names no file'],
  'a variable that is not set': [
    dataset('source: sqlite:${NO_SUCH}/x.db', 'table: t'),
    '3:13: datasets[0].source needs the environment variable NO_SUCH, which is not set.',
  ],
  'a variable of the prototype': [
    dataset('source: sqlite:${constructor}', 'table: t'),
    '3:13: datasets[0].source needs the environment variable constructor, which is not set.',
  ],
  'a variable that is none': [
    dataset('source: sqlite:${A-B}', 'table: t'),
    '3:13: datasets[0].source holds ${A-B}, where the name',
  ],
  'neither table nor query': [query(), '2:5: datasets[0] needs table or query.'],
  'both table and query': [table('query: SELECT 1'), '5:12: datasets[0].query must not stand beside table'],
  'a parameter that is not listed': [
    query('query: SELECT :a, :b', 'parameters: [{ name: a, type: text }]'),
    '4:12: datasets[0].query uses :b, which parameters does not list.',
  ],
  'a parameter that is not used': [
    query('query: SELECT 1', 'parameters: [{ name: a, type: text }]'),
    '5:26: datasets[0].parameters[0].name is not used: there is no :a in a query.',
  ],
  'parameters of a table': [
    table('parameters: [{ name: a, type: text }]'),
    '5:26: datasets[0].parameters[0].name is not used',
  ],
  'a parameter twice': [
    query('query: SELECT :a', 'parameters: [{ name: a, type: text }, { name: a, type: text }]'),
    '5:51: datasets[0].parameters[1].name is used twice: "a".',
  ],
  'a parameter that nobody can give': [
    query('query: SELECT :__proto__', 'parameters: [{ name: __proto__, type: text }]'),
    '5:26: datasets[0].parameters[0].name must be another name',
  ],
  'a parameter of a misspelt type': [
    query('query: SELECT :a', 'parameters: [{ name: a, type: intger }]'),
    '5:35: datasets[0].parameters[0].type is not known: did you mean "integer"?',
  ],
  'a parameter of JSON': [
    query('query: SELECT :a', 'parameters: [{ name: a, type: json }]'),
    '5:35: datasets[0].parameters[0].type must be one of: text, integer',
  ],
  'a default of another type': [
    query('query: SELECT :a', 'parameters: [{ name: a, type: date, default: 2026-02-30 }]'),
    '5:50: datasets[0].parameters[0].default must be a day of the calendar',
  ],
  'a default of what has to be given': [
    query('query: SELECT :a', 'parameters: [{ name: a, type: text, default: x, required: true }]'),
    '5:63: datasets[0].parameters[0].required must not be true beside a default.',
  ],
  'a column twice': [
    table('columns: [{ name: b }, { name: b }]'),
    '5:28: datasets[0].columns[1] names "b" a second time.',
  ],
  'a column of no known type': [
    table('columns: [{ name: b, type: money }]'),
    '5:32: datasets[0].columns[0].type must be one of: text',
  ],
  'hidden as a text': [
    table('columns: [{ name: b, hidden: "yes" }]'),
    '5:34: datasets[0].columns[0].hidden must be true or false, not a text.',
  ],
  'an order twice': [table('order: [b, b desc]'), '5:16: datasets[0].order[1] names "b" a second time.'],
  'an order of no direction': [
    table('order: [{ column: b, direction: up }]'),
    '5:37: datasets[0].order[0].direction must be one of: asc, desc.',
  ],
  'a column of the key twice': [table('key: [b, b]'), '5:14: datasets[0].key[1] names "b" a second time.'],
  'an empty key': [table('key: []'), '5:10: datasets[0].key must list at least one.'],
  'a limit of nothing': [table('limit: 0'), '5:12: datasets[0].limit must be at least 1.'],
  'a limit in words': [table('limit: many'), '5:12: datasets[0].limit must be a number, not a text.'],
  'half a row': [table('limit: 1.5'), '5:12: datasets[0].limit must be a whole number.'],
  'no time': [table('timeout_s: 0'), '5:16: datasets[0].timeout_s must be at least 1.'],
  'too much time': [table('timeout_s: 1e9'), '5:16: datasets[0].timeout_s must be at most 86400.'],
  'a bomb of aliases': [
    `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[at]}`).join(', ')}]`)
      .join('\n')}\ndatasets: *i`,
    '1:1: Excessive alias count',
  ],
}

for (const [title, [text, ...told]] of Object.entries(wrong)) {
  test(`a file with ${title} is refused by line and column`, () => {
    const { mistakes } = read(text)
    expect(mistakes).toEqual(told.map((sentence) => expect.stringContaining(`/x/datasets.yaml:${sentence}`)))
    for (const mistake of mistakes) expect(mistake).toMatch(/[.?]$/)
  })
}

test('every mistake is told, in the order of the file, and what is right beside them is read', () => {
  const { definitions, mistakes } = read(`datasets:
  - name: a
    source: oracle:x
    table: t
    limit: -1
    tabel: t
  - name: good
    source: sqlite:x
    table: t
  - name: b
    source: sqlite:\${NO_SUCH}
    query: SELECT :p
    order: [c, c]
`)
  expect(mistakes.map((mistake) => mistake.split(' ').slice(0, 2).join(' '))).toEqual([
    '/x/datasets.yaml:3:13: datasets[0].source',
    '/x/datasets.yaml:5:12: datasets[0].limit',
    '/x/datasets.yaml:6:5: datasets[0].tabel',
    '/x/datasets.yaml:11:13: datasets[2].source',
    '/x/datasets.yaml:12:12: datasets[2].query',
    '/x/datasets.yaml:13:16: datasets[2].order[1]',
  ])
  expect(definitions.map(({ name }) => name)).toEqual(['good'])
})

test('what is wrong with one list hides nothing of the other, nor of what is in it', () => {
  const places = (text: string) => read(text).mistakes.map((mistake) => mistake.split(' ').slice(0, 2).join(' '))
  const schedule = (dataset: string, cron = '0 6 * * *') =>
    `[{ name: s, dataset: ${dataset}, format: csv, cron: '${cron}' }]`
  expect(places(`${table('tabel: x')}schedules: 5`)).toEqual([
    '/x/datasets.yaml:5:5: datasets[0].tabel',
    '/x/datasets.yaml:6:12: schedules',
  ])
  expect(places(`${table('tabel: x')}schedule: []\nschedules: ${schedule('b')}`)).toEqual([
    '/x/datasets.yaml:5:5: datasets[0].tabel',
    '/x/datasets.yaml:6:1: schedule',
    '/x/datasets.yaml:7:33: schedules[0].dataset',
  ])
  // Without a list of datasets nobody knows whether one is missing.
  expect(places(`datasets: 5\nschedules: ${schedule('a', 'daily')}`)).toEqual([
    '/x/datasets.yaml:1:11: datasets',
    '/x/datasets.yaml:2:55: schedules[0].cron',
  ])
})

test('no mistake holds the value of a variable', () => {
  const { mistakes } = read(dataset('source: ${URL}', 'table: t'), { URL: 'oracle://user:secret@host/' })
  expect(mistakes).toEqual([expect.stringContaining('datasets[0].source must be a URL such as')])
  expect(mistakes.join()).not.toContain('secret')
})
