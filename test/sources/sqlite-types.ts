import type { ColumnType } from '@queue-ops/server/contract'

/** Per declared type: our type, and values as SQL, each with its cell. */
export const sqliteTypes: Record<string, [type: ColumnType, values: Record<string, unknown>]> = {
  INTEGER: ['integer', { '9223372036854775807': 9_223_372_036_854_775_807n, '-5': -5, "'no number'": 'no number' }],
  BOOLEAN: ['boolean', { '1': true, '0': false, '2': 2, NULL: null, "'yes'": 'yes' }],
  REAL: ['real', { '0.1 + 0.2': 0.1 + 0.2, '1e999': Infinity, '5': 5 }],
  'DECIMAL(10,2)': ['real', { '1.50': 1.5 }],
  TEXT: ['text', { "''": '', "'a' || char(10) || '\"😀'''": `a\n"😀'`, "'a' || char(0) || 'b'": 'a\0b', '007': '7' }],
  BLOB: ['binary', { "x'00ff'": new Uint8Array([0, 255]), "x''": new Uint8Array() }],
  DATE: ['date', { "'2024-02-29'": '2024-02-29' }],
  TIMESTAMP: ['datetime', { "'2024-05-06 07:08:09'": '2024-05-06 07:08:09' }],
  JSON: ['json', { [`'{"a": 1}'`]: '{"a": 1}' }],
  '': ['text', { '1': 1, '1.5': 1.5, "'x'": 'x' }],
}
