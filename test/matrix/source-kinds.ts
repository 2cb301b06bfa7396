import type { ColumnType } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import { duckDbTypes } from '../sources/duckdb-types.ts'
import { mariaDbTypes } from '../sources/mariadb-types.ts'
import { postgresTypeDefinitions, postgresTypes } from '../sources/postgres-types.ts'
import { sqliteTypes } from '../sources/sqlite-types.ts'
import { truthOf, type Truth, type TrueColumn } from './truth.ts'

/** What a kind of database can hold, and how it is asked for it. */
export interface SourceKind {
  /** Per declared type: our type, and values as SQL. */
  types: Record<string, [type: ColumnType, values: Record<string, unknown>]>
  /** The types it has for the columns of the awkward table; those that are missing it cannot hold. */
  declared: Map<string, string>
  /** Columns of which the datasets file has to tell the type. */
  told: Set<string>
  /** Columns that hold values of any type. */
  mixed?: [declared: string, type: ColumnType][]
  /** Whether it takes a value of a column of the awkward table. */
  holds(cell: Cell, column: string): boolean
  /** A text as SQL, where quotes would not do. */
  text?(text: string): string
  name(name: string): string
  prepare?: string[]
  /** SQL for a cell in the form that the database itself writes, in hexadecimal: so no driver has a say in it. */
  ask(name: string, column: TrueColumn): string
  truth(answer: string, column: TrueColumn): Truth
}

const standardName = (name: string) => `"${name.replaceAll('"', '""')}"`
const hex = (text: string) => Buffer.from(text).toString('hex')

const fromHex = (answer: string, { type }: TrueColumn): Truth => {
  const bytes = Buffer.from(answer, 'hex')
  return type === 'binary' ? bytes : truthOf(bytes.toString(), type)
}

/** Texts that are no Unicode no database takes. */
const isUnicode = (cell: Cell) => typeof cell !== 'string' || cell.isWellFormed()
const isJson = (cell: Cell) => cell !== '{not json' && cell !== ''

export const kinds: Record<string, SourceKind> = {
  SQLite: {
    types: sqliteTypes,
    declared: new Map([
      ['text', 'TEXT'],
      ['integer', 'INTEGER'],
      ['real', 'REAL'],
      ['exact', 'TEXT'],
      ['any digits', 'TEXT'],
      ['boolean', 'BOOLEAN'],
      ['date', 'DATE'],
      ['time', 'TIME'],
      ['timestamp', 'TEXT'],
      ['datetime', 'DATETIME'],
      ['json', 'JSON'],
      ['binary', 'BLOB'],
      ['a "quoted", name', 'TEXT'],
      ['__proto__', 'TEXT'],
      ['=1+1 😀\n<&>', 'TEXT'],
      [`long ${'n'.repeat(300)}`, 'TEXT'],
    ]),
    told: new Set(['exact', 'any digits', 'timestamp']),
    mixed: [
      ['INTEGER', 'integer'],
      ['REAL', 'real'],
      ['BOOLEAN', 'boolean'],
      ['DATE', 'date'],
      ['DATETIME', 'datetime'],
      ['TIME', 'time'],
      ['JSON', 'json'],
      ['BLOB', 'binary'],
      ['TEXT', 'text'],
    ],
    holds: isUnicode,
    text: (text) => `CAST(x'${hex(text)}' AS TEXT)`,
    name: standardName,
    ask: (name) =>
      `CASE typeof(${name}) WHEN 'null' THEN NULL WHEN 'integer' THEN 'integer:' || ${name} WHEN 'real' THEN 'real:' || quote(${name}) ELSE typeof(${name}) || ':' || hex(${name}) END`,
    truth(answer, { type }) {
      const [storage = '', value = ''] = answer.split(':')
      if (storage === 'real') return Number(value)
      if (storage === 'integer') return type === 'boolean' ? truthOf(value, type) : BigInt(value)
      const bytes = Buffer.from(value, 'hex')
      return storage === 'blob' ? bytes : bytes.toString()
    },
  },
  PostgreSQL: {
    types: postgresTypes,
    declared: new Map([
      ['text', 'text'],
      ['integer', 'bigint'],
      ['real', 'double precision'],
      ['exact', 'numeric(38,10)'],
      ['small', 'numeric(12,2)'],
      ['any digits', 'numeric'],
      ['boolean', 'boolean'],
      ['date', 'date'],
      ['time', 'time'],
      ['timestamp', 'timestamptz'],
      ['datetime', 'timestamp'],
      ['json', 'json'],
      ['binary', 'bytea'],
      ['a "quoted", name', 'text'],
      ['__proto__', 'text'],
      ['A "QUOTED", NAME', 'text'],
      ['=1+1 😀\n<&>', 'text'],
    ]),
    told: new Set(),
    holds: (cell, column) =>
      isUnicode(cell) &&
      !String(cell).includes('\0') &&
      (column !== 'json' || isJson(cell)) &&
      !(column === 'time' && String(cell).startsWith('-')),
    name: standardName,
    prepare: [postgresTypeDefinitions, `SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'`],
    // A cast to text would take the blanks of character(n) away; format() writes what psql shows.
    ask: (name, { type }) =>
      type === 'binary'
        ? `encode(${name}, 'hex')`
        : `CASE WHEN num_nulls(${name}) = 0 THEN encode(convert_to(format('%s', ${name}), 'UTF8'), 'hex') END`,
    truth: fromHex,
  },
  MariaDB: {
    types: mariaDbTypes,
    declared: new Map([
      ['text', 'longtext'],
      ['integer', 'bigint(20)'],
      ['unsigned', 'bigint(20) unsigned'],
      ['real', 'double'],
      ['exact', 'decimal(38,10)'],
      ['small', 'decimal(12,2)'],
      ['boolean', 'tinyint(1)'],
      ['date', 'date'],
      ['time', 'time(6)'],
      ['datetime', 'datetime(6)'],
      ['json', 'json'],
      ['binary', 'longblob'],
      ['a "quoted", name', 'longtext'],
      ['__proto__', 'longtext'],
    ]),
    told: new Set(),
    holds: (cell, column) =>
      isUnicode(cell) &&
      (typeof cell !== 'number' || Number.isFinite(cell)) &&
      (column !== 'json' || isJson(cell)) &&
      !(column === 'time' && String(cell).includes('+')),
    name: (name) => `\`${name}\``,
    prepare: [`SET sql_mode = 'ALLOW_INVALID_DATES'`],
    ask(name, { type, declared }) {
      if (declared === 'point') return `HEX(ST_AsWKB(${name}))`
      if (type === 'binary') return `HEX(${name})`
      const plain = declared.startsWith('bit') ? `${name} + 0` : declared === 'float' ? `CAST(${name} AS DOUBLE)` : name
      return `HEX(CONVERT(CONCAT(${plain}) USING utf8mb4))`
    },
    truth(answer, column) {
      const truth = fromHex(answer, column)
      return column.declared === 'float' ? shortestOf32Bits(truth as number) : truth
    },
  },
  DuckDB: {
    types: duckDbTypes,
    declared: new Map([
      ['text', 'VARCHAR'],
      ['integer', 'BIGINT'],
      ['unsigned', 'UBIGINT'],
      ['real', 'DOUBLE'],
      ['exact', 'DECIMAL(38,10)'],
      ['small', 'DECIMAL(12,2)'],
      ['boolean', 'BOOLEAN'],
      ['date', 'DATE'],
      ['time', 'TIME'],
      ['timestamp', 'TIMESTAMP WITH TIME ZONE'],
      ['datetime', 'TIMESTAMP'],
      ['json', 'JSON'],
      ['binary', 'BLOB'],
      ['a "quoted", name', 'VARCHAR'],
      ['__proto__', 'VARCHAR'],
      ['=1+1 😀\n<&>', 'VARCHAR'],
    ]),
    told: new Set(),
    holds: (cell, column) =>
      isUnicode(cell) && (column !== 'json' || isJson(cell)) && !(column === 'time' && !/^[01]|^23/.test(String(cell))),
    text: (text) => `decode(unhex('${hex(text)}'))`,
    name: standardName,
    ask(name, { type, declared }) {
      if (type === 'binary') return `hex(${name})`
      const isNested = type === 'json' && declared !== 'JSON'
      return `hex(encode(CAST(${isNested ? `to_json(${name})` : name} AS VARCHAR)))`
    },
    truth: fromHex,
  },
}

/** The shortest number that is the same in 32 bits. */
function shortestOf32Bits(value: number): number {
  const digits = Array.from({ length: 9 }, (_, at) => Number(value.toPrecision(at + 1)))
  return digits.find((short) => Math.fround(short) === value) ?? value
}
