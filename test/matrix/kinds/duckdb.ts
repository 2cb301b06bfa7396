import { duckDbTypes } from '../../sources/duckdb-types.ts'
import { fromHex, hex, isJson, isUnicode, standardName, type SourceKind } from '../source-kind.ts'

export const duckDb: SourceKind = {
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
}
