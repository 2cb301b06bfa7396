import { sqliteTypes } from '../../sources/sqlite-types.ts'
import { hex, isUnicode, standardName, type SourceKind } from '../source-kind.ts'
import { truthOf } from '../truth.ts'

export const sqlite: SourceKind = {
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
}
