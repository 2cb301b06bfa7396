import { Incident, type HistoryResolution, type ProbeHistory, type ProbeResult } from '@queue-ops/server/contract'
import type { SQLInputValue } from 'node:sqlite'
import type { Row, Tables } from './history-file.ts'
import { asRollup, levels } from './rollups.ts'
import { json } from './json-column.ts'

/** What is asked for. */
export interface HistoryQuery {
  resolution: HistoryResolution
  /** Milliseconds since 1970, both included. */
  from: number
  to: number
  /** Null for all. */
  target: string | null
  limit: number
  cursor: Cursor | null
}

/** Where the page before ended: the time and the number of its last row. */
export interface Cursor {
  at: number
  id: number
}

type Page = Pick<ProbeHistory, 'results' | 'rollups' | 'next_cursor'>

const MAX_INCIDENTS = 200

/** A page of the past, newest first. */
export function readPage(tables: Tables, query: HistoryQuery): Page {
  return query.resolution === 'raw' ? readResults(tables, query) : readRollups(tables, query, query.resolution)
}

function readResults(tables: Tables, query: HistoryQuery): Page {
  const { sql, values } = where(query, 'at', 'results.id')
  const rows = tables.all(
    `SELECT at, results.id AS id, result FROM results JOIN targets ON targets.id = target
     WHERE ${sql} ORDER BY at DESC, results.id DESC LIMIT ?`,
    ...values,
  )
  const page = rows.slice(0, query.limit)
  const results = page.map(({ result }) => json(result)).filter(isResult)
  return { results, rollups: [], next_cursor: nextCursor(rows, query, 'at') }
}

/** Only results were written there: all that can be wrong with one is that another version did. */
function isResult(row: unknown): row is ProbeResult {
  return typeof row === 'object' && row !== null && 'schema' in row && row.schema === 2
}

function readRollups(tables: Tables, query: HistoryQuery, level: keyof typeof levels): Page {
  const { sql, values } = where(query, 'start', 'target')
  const rows = tables.all(
    `SELECT rollups.*, targets.name, target AS id FROM rollups JOIN targets ON targets.id = target
     WHERE level = ? AND ${sql} ORDER BY start DESC, target DESC LIMIT ?`,
    levels[level].number,
    ...values,
  )
  return {
    results: [],
    rollups: rows.slice(0, query.limit).map(asRollup),
    next_cursor: nextCursor(rows, query, 'start'),
  }
}

function where({ from, to, target, cursor, limit }: HistoryQuery, time: string, id: string) {
  const conditions = [`${time} BETWEEN ? AND ?`]
  const values: SQLInputValue[] = [from, to]
  if (target !== null) {
    conditions.push('targets.name = ?')
    values.push(target)
  }
  if (cursor !== null) {
    conditions.push(`(${time}, ${id}) < (?, ?)`)
    values.push(cursor.at, cursor.id)
  }
  return { sql: conditions.join(' AND '), values: [...values, limit + 1] }
}

function nextCursor(rows: Row[], { limit }: HistoryQuery, time: string): string | null {
  const last = rows[limit - 1]
  return rows.length > limit && last !== undefined ? `${last[time]}.${last['id']}` : null
}

/** The incidents that were open between two moments, newest first. */
export function readIncidents(tables: Tables, { from, to, target }: HistoryQuery): Incident[] {
  const rows = tables.all(
    `SELECT incident FROM incidents
     WHERE opened_at <= ? AND (closed_at IS NULL OR closed_at >= ?) AND (? IS NULL OR target = ?)
     ORDER BY opened_at DESC LIMIT ${MAX_INCIDENTS}`,
    to,
    from,
    target,
    target,
  )
  return rows.flatMap((row) => Incident.safeParse(json(row['incident'])).data ?? [])
}
