import { postgresTypeDefinitions, postgresTypes } from '../../sources/postgres-types.ts'
import { fromHex, isJson, isUnicode, standardName, type SourceKind } from '../source-kind.ts'

export const postgres: SourceKind = {
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
}
