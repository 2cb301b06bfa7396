/** What a statement gives. Rejects with what DuckDB says. */
export type Ask = (sql: string) => Promise<unknown[][]>

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

export const listOf = (files: string[]): string => `[${files.map(literal).join(', ')}]`
