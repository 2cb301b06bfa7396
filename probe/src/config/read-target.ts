import { readAddress } from '../http-address.ts'
import { alertDefaults, stepTimeouts, targetDefaults, type Header, type Target } from '../target.ts'
import { dirname, resolve } from 'node:path'
import type { FileReading } from './file-reading.ts'
import type { Defaults, TargetEntry } from './file-schema.ts'
import type { Path } from './yaml-text.ts'

const onlyHttp = ['url', 'headers', 'bearer', 'bearer_file', 'tls']
const onlyStdio = ['env', 'cwd']

/** Tells what of an entry cannot stand together, whatever else is wrong with it. */
export function refuseClashes(reading: FileReading, path: Path, given: unknown): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return
  const keys = Object.keys(given)
  const isStdio = keys.includes('command')
  if (!isStdio && !keys.includes('url')) reading.mistake(path, 'needs url or command')
  for (const key of keys.filter((key) => (isStdio ? onlyHttp : onlyStdio).includes(key))) {
    reading.mistake([...path, key], isStdio ? 'has no meaning beside command' : 'has no meaning without command')
  }
  if (keys.includes('bearer') && keys.includes('bearer_file')) {
    reading.mistake([...path, 'bearer_file'], 'must not stand beside bearer')
  }
}

/** Makes the target of an entry, or null and tells what does not fit together in it. */
export function readTarget(reading: FileReading, path: Path, entry: TargetEntry, defaults: Defaults): Target | null {
  const before = reading.mistakes.length
  const reach = entry.command === undefined ? readHttp(reading, path, entry, defaults) : readStdio(reading, entry)
  const given = { ...defaults, ...entry }
  const timeouts = readTimeouts(entry, defaults)
  const alert = {
    failAfter: given.fail_after ?? alertDefaults.failAfter,
    resolveAfter: given.resolve_after ?? alertDefaults.resolveAfter,
    reminderMs: given.reminder === undefined ? alertDefaults.reminderMs : given.reminder,
    maintenance: given.maintenance ?? alertDefaults.maintenance,
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
  const address = readAddress(entry.url ?? '')
  if (address === null) return null
  const tls = { ...defaults.tls, ...entry.tls }
  const warnBeforeMs = tls.warn_before ?? targetDefaults.warnBeforeMs
  const failBeforeMs = tls.fail_before ?? Math.min(targetDefaults.failBeforeMs, warnBeforeMs)
  if (failBeforeMs > warnBeforeMs) {
    reading.mistake([...path, 'tls'], 'must warn before it fails: warn_before is shorter than fail_before')
  }
  const caFile = tls.ca_file === undefined ? null : fileAt(reading, tls.ca_file)
  const headers = [...address.headers, ...readHeaders(reading, entry)]
  return { kind: 'http', url: address.url, headers, tls: { caFile, warnBeforeMs, failBeforeMs } }
}

function readHeaders(reading: FileReading, { headers = {}, bearer, bearer_file }: TargetEntry): Header[] {
  const list = Object.entries(headers).map(([name, value]): Header => {
    return typeof value === 'string' ? { name, value } : { name, file: fileAt(reading, value.file), prefix: '' }
  })
  if (bearer !== undefined) list.push({ name: 'authorization', value: `Bearer ${bearer}` })
  if (bearer_file !== undefined) {
    list.push({ name: 'authorization', file: fileAt(reading, bearer_file), prefix: 'Bearer ' })
  }
  return list
}

function readStdio(reading: FileReading, entry: TargetEntry): Target['reach'] {
  const [command = '', ...args] = entry.command ?? []
  const cwd = entry.cwd === undefined ? null : fileAt(reading, entry.cwd)
  return { kind: 'stdio', command, args, env: entry.env ?? {}, cwd }
}

/** Relative paths start at the folder of the file. */
export const fileAt = (reading: FileReading, path: string) => resolve(dirname(reading.path), path)
