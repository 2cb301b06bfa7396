import { resolve } from 'node:path'
import { z } from 'zod'
import { HeartbeatSettings } from '../alerts/heartbeat.ts'
import { AlertChannels } from '../alerts/list.ts'
import { HistorySettings } from '../history/history-settings.ts'
import { ListenSettings } from '../http/listen-settings.ts'
import { OtlpSettings } from '../metrics/otlp-push.ts'

/** The parts of the file that are about what becomes of results. Each is a line here: its schema tells its keys. */
export const sections = {
  alerts: AlertChannels.default([]),
  heartbeat: HeartbeatSettings.optional(),
  history: HistorySettings.optional(),
  listen: ListenSettings.optional(),
  otlp: OtlpSettings.optional(),
}

const Sections = z.object(sections)
export type Sections = z.infer<typeof Sections>

/** Without a file. */
export const noSections: Sections = Sections.parse({})

const isFile = (key: string) => key === 'file' || key === 'history' || key.endsWith('_file')

/** The same values with the paths in the sections made absolute: relative ones start at `folder`. */
export function withPaths(value: unknown, folder: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    key in sections ? absolute(key, item, folder) : item,
  ])
  return Object.fromEntries(entries) as unknown
}

function absolute(key: string, value: unknown, folder: string): unknown {
  if (typeof value === 'string') return isFile(key) && value !== '' ? resolve(folder, value) : value
  if (Array.isArray(value)) return value.map((item) => absolute('', item, folder))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, absolute(name, item, folder)]))
}
