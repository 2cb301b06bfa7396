import { mariaDbTypes } from '../../sources/mariadb-types.ts'
import { fromHex, isJson, isUnicode, type SourceKind } from '../source-kind.ts'

export const mariaDb: SourceKind = {
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
}

/** The shortest number that is the same in 32 bits. */
function shortestOf32Bits(value: number): number {
  const digits = Array.from({ length: 9 }, (_, at) => Number(value.toPrecision(at + 1)))
  return digits.find((short) => Math.fround(short) === value) ?? value
}
