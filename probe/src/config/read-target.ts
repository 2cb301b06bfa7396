import { readAddress } from '../http-address.ts'
import type { MaintenanceWindow } from '../maintenance.ts'
import { alertDefaults, stepTimeouts, targetDefaults, type Header, type Target } from '../target.ts'
import { dirname, resolve } from 'node:path'
import type { FileReading } from './file-reading.ts'
import type { Defaults, MaintenanceEntry, TargetEntry } from './file-schema.ts'
import type { Path } from './yaml-text.ts'

/** Makes the target of an entry, or null and tells what does not fit together in it. */
export function readTarget(reading: FileReading, path: Path, entry: TargetEntry, defaults: Defaults): Target | null {
  const before = reading.mistakes.length
  const reach = entry.command === undefined ? readHttp(reading, path, entry, defaults) : readStdio(reading, path, entry)
  const given = { ...defaults, ...entry }
  const timeouts = readTimeouts(entry, defaults)
  const alert = {
    failAfter: given.fail_after ?? alertDefaults.failAfter,
    resolveAfter: given.resolve_after ?? alertDefaults.resolveAfter,
    reminderMs: given.reminder === undefined ? alertDefaults.reminderMs : given.reminder,
    maintenance: readMaintenance(reading, path, entry, defaults),
  }
  if (reach === null || reading.mistakes.length > before) return null
  return {
    name: entry.name,
    reach,
    era: given.era ?? targetDefaults.era,
    expectedTools: entry.expect?.tools ?? targetDefaults.expectedTools,
    steps: readSteps({ ...defaults.steps, ...entry.steps }),
    timeouts,
    retries: given.retries ?? targetDefaults.retries,
    intervalMs: given.interval ?? targetDefaults.intervalMs,
    jitter: given.jitter ?? targetDefaults.jitter,
    alert,
  }
}

function readSteps({ tools_list, health_check, canary_export }: NonNullable<Defaults['steps']>): Target['steps'] {
  const canary = typeof canary_export === 'object' ? canary_export : canary_export === undefined ? null : { limit: 100 }
  return {
    tools_list: tools_list ?? true,
    health_check: typeof health_check === 'object' ? (health_check?.arguments ?? null) : {},
    canary_export:
      canary === null
        ? null
        : {
            dataset: 'dataset' in canary ? (canary.dataset ?? null) : null,
            limit: canary.limit,
            everyMs: ('every' in canary ? canary.every : undefined) ?? targetDefaults.canaryEveryMs,
          },
  }
}

function readTimeouts(entry: TargetEntry, defaults: Defaults): Target['timeouts'] {
  const stepMs = entry.timeout ?? defaults.timeout ?? targetDefaults.stepMs
  const named = { ...defaults.timeouts, ...entry.timeouts }
  const set = Object.fromEntries(Object.entries(named).filter(([, ms]) => ms !== undefined))
  const totalMs = entry.total_timeout ?? defaults.total_timeout ?? Math.max(targetDefaults.totalMs, stepMs * 4)
  return { steps: { ...stepTimeouts(stepMs), ...set }, totalMs }
}

function readHttp(reading: FileReading, path: Path, entry: TargetEntry, defaults: Defaults): Target['reach'] | null {
  for (const key of ['env', 'cwd'] as const) {
    if (entry[key] !== undefined) reading.mistake([...path, key], 'has no meaning without command')
  }
  if (entry.url === undefined) {
    reading.mistake(path, 'needs url or command')
    return null
  }
  const address = readAddress(entry.url)
  if (address === null) {
    reading.mistake([...path, 'url'], 'must be the http:// or https:// URL of an MCP endpoint')
    return null
  }
  const tls = { ...defaults.tls, ...entry.tls }
  const warnBeforeMs = tls.warn_before ?? targetDefaults.warnBeforeMs
  const failBeforeMs = tls.fail_before ?? Math.min(targetDefaults.failBeforeMs, warnBeforeMs)
  if (failBeforeMs > warnBeforeMs) {
    reading.mistake([...path, 'tls'], 'must warn before it fails: warn_before is shorter than fail_before')
  }
  const caFile = tls.ca_file === undefined ? null : fileAt(reading, tls.ca_file)
  const headers = [...address.headers, ...readHeaders(reading, path, entry)]
  return { kind: 'http', url: address.url, headers, tls: { caFile, warnBeforeMs, failBeforeMs } }
}

function readHeaders(reading: FileReading, path: Path, { headers = {}, bearer, bearer_file }: TargetEntry): Header[] {
  if (bearer !== undefined && bearer_file !== undefined) {
    reading.mistake([...path, 'bearer_file'], 'must not stand beside bearer')
  }
  const list = Object.entries(headers).map(([name, value]): Header => {
    return typeof value === 'string' ? { name, value } : { name, file: fileAt(reading, value.file), prefix: '' }
  })
  if (bearer !== undefined) list.push({ name: 'authorization', value: `Bearer ${bearer}` })
  if (bearer_file !== undefined) {
    list.push({ name: 'authorization', file: fileAt(reading, bearer_file), prefix: 'Bearer ' })
  }
  return list
}

function readStdio(reading: FileReading, path: Path, entry: TargetEntry): Target['reach'] {
  for (const key of ['url', 'headers', 'bearer', 'bearer_file', 'tls'] as const) {
    if (entry[key] !== undefined) reading.mistake([...path, key], 'has no meaning beside command')
  }
  const [command = '', ...args] = entry.command ?? []
  const cwd = entry.cwd === undefined ? null : fileAt(reading, entry.cwd)
  return { kind: 'stdio', command, args, env: entry.env ?? {}, cwd }
}

/** Relative paths start at the folder of the file. */
export const fileAt = (reading: FileReading, path: string) => resolve(dirname(reading.path), path)

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

function readMaintenance(
  reading: FileReading,
  path: Path,
  entry: TargetEntry,
  defaults: Defaults,
): MaintenanceWindow[] {
  const where = entry.maintenance === undefined ? ['defaults'] : path
  return (entry.maintenance ?? defaults.maintenance ?? []).flatMap((window, at) => {
    const read = windowOf(window)
    if (typeof read !== 'string') return [read]
    reading.mistake([...where, 'maintenance', at], read)
    return []
  })
}

/** The window, or what is wrong with it. */
function windowOf({ from, until, start, duration, timezone, every }: MaintenanceEntry): MaintenanceWindow | string {
  if (from !== undefined && until !== undefined && start === undefined && duration === undefined) {
    const window = { kind: 'once' as const, from: new Date(from), until: new Date(until) }
    return window.from < window.until ? window : 'must end after it begins'
  }
  if (start === undefined || duration === undefined || from !== undefined || until !== undefined) {
    return 'needs from and until, or start and duration'
  }
  const [hour = 0, minute = 0] = start.split(':').map(Number)
  return {
    kind: 'weekly',
    days: (every ?? days).map((day) => days.indexOf(day)),
    startMinute: hour * 60 + minute,
    durationMs: duration,
    timeZone: timezone ?? 'UTC',
  }
}
