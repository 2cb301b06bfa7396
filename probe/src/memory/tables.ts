import { Incident, ProbeResult } from '@queue-ops/server/contract'
import { byOrder, Message } from '../alerts/message.ts'
import type { Change, Tables } from '../history/history-file.ts'
import { json } from '../history/json-column.ts'
import { addToRollups } from '../history/rollups.ts'
import { TargetState } from './target-state.ts'

export const saveResult =
  (result: ProbeResult): Change =>
  (tables) => {
    const { target, time } = result
    tables.run(`INSERT INTO targets (name, state) VALUES (?, '{}') ON CONFLICT DO NOTHING`, target)
    tables.run(
      'INSERT INTO results (target, at, result) VALUES ((SELECT id FROM targets WHERE name = ?), ?, ?)',
      target,
      Date.parse(time),
      JSON.stringify(result),
    )
    addToRollups(tables, result)
  }

export const saveTarget =
  (name: string, state: TargetState): Change =>
  (tables) => {
    const upsert = 'INSERT INTO targets (name, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state'
    tables.run(upsert, name, JSON.stringify(state))
  }

export const saveIncident =
  (incident: Incident): Change =>
  (tables) => {
    const { id, target, opened_at, closed_at } = incident
    tables.run(
      'INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?, ?)',
      id,
      target,
      Date.parse(opened_at),
      closed_at === null ? null : Date.parse(closed_at),
      JSON.stringify(incident),
    )
  }

/** `message` null: it is no longer to be delivered. */
export const saveMessage =
  (id: string, message: Message | null): Change =>
  (tables) => {
    if (message === null) tables.run('DELETE FROM outbox WHERE id = ?', id)
    else tables.run('INSERT OR REPLACE INTO outbox VALUES (?, ?)', id, JSON.stringify(message))
  }

/** What was kept of every target that the file knows. A state that is not understood is forgotten. */
export function readTargets(tables: Tables): Map<string, { state: TargetState; last: ProbeResult | null }> {
  const rows = tables.all(`
    SELECT name, state, (SELECT result FROM results WHERE target = targets.id ORDER BY at DESC, id DESC LIMIT 1) AS last
    FROM targets`)
  return new Map(
    rows.flatMap((row) => {
      const state = TargetState.safeParse(json(row['state']))
      const last = ProbeResult.safeParse(json(row['last']))
      return state.success ? [[String(row['name']), { state: state.data, last: last.data ?? null }]] : []
    }),
  )
}

/** In their order. */
export function readMessages(tables: Tables): Message[] {
  return tables
    .all('SELECT message FROM outbox')
    .flatMap((row) => Message.safeParse(json(row['message'])).data ?? [])
    .toSorted(byOrder)
}
