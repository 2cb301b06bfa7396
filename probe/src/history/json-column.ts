import type { Row } from './history-file.ts'

/** What a column with JSON holds; null when there is nothing. */
export function json(column: Row[string] | undefined): unknown {
  return typeof column === 'string' ? JSON.parse(column) : null
}
