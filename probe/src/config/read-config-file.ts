import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import type { Target } from '../target.ts'
import { effectiveValues, type EffectiveValue } from './effective.ts'
import { FileReading, type Variables } from './file-reading.ts'
import { Defaults, ProbeFile, TargetEntry } from './file-schema.ts'
import { fileAt, readTarget, refuseClashes } from './read-target.ts'
import { refuseSecrets } from './secrets.ts'
import { noSections, withPaths, type Sections } from './sections.ts'

export type { Variables } from './file-reading.ts'

export interface ReadFile {
  /** Null when there is a mistake. */
  config: Pick<Config, 'targets' | 'sections' | 'results'> | null
  /** Every value that is in force, and where it comes from. */
  effective: EffectiveValue[]
  /** `path:line:column: what is wrong.`, in the order of the file. */
  mistakes: string[]
}

/** Reads a configuration file whole: every mistake in it is told, relative paths in it start at its folder. */
export function readConfigFile(path: string, text: string, variables: Variables): ReadFile {
  const reading = new FileReading(path, text, variables)
  if (!reading.isReadable) return { config: null, effective: [], mistakes: reading.mistakes }
  refuseSecrets(reading)
  const file = reading.check([], ProbeFile, withPaths(reading.value, dirname(reading.path)))
  const parts = partsOf(reading.value)
  const defaults = reading.check(['defaults'], Defaults, parts.defaults ?? {}) ?? {}
  const targets = readTargets(reading, parts.targets, defaults)
  refuseUnknownTargets(reading, file?.alerts ?? [], parts.targets.map(nameOf))
  const { mistakes } = reading
  if (mistakes.length > 0 || file === null) return { config: null, effective: [], mistakes }
  const { defaults: _, targets: __, results, ...sections } = file
  const config = {
    targets,
    sections: { ...noSections, ...sections },
    results: results === undefined ? null : fileAt(reading, results),
  }
  return { config, effective: effectiveValues(reading, targets), mistakes }
}

/** What is wrong with the file as a whole hides nothing of what its parts hold. */
function partsOf(value: unknown): { defaults: unknown; targets: unknown[] } {
  const { defaults, targets } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return { defaults, targets: Array.isArray(targets) ? targets : [] }
}

function readTargets(reading: FileReading, entries: unknown[], defaults: Defaults): Target[] {
  const names = new Set<string>()
  return entries.flatMap((given, at) => {
    const path = ['targets', at]
    const name = nameOf(given)
    if (names.has(name)) reading.mistake([...path, 'name'], 'is the name of another target too')
    if (name !== '') names.add(name)
    refuseClashes(reading, path, given)
    const entry = reading.check(path, TargetEntry, given)
    if (entry === null) return []
    const target = readTarget(reading, path, entry, defaults)
    return target === null ? [] : [target]
  })
}

/** A channel that is told of a target that there is not would be silent, and nobody would know. */
function refuseUnknownTargets(reading: FileReading, channels: Sections['alerts'], names: readonly string[]): void {
  for (const [at, { targets }] of channels.entries()) {
    const isKnown = targets?.every((name) => names.includes(name)) ?? true
    if (!isKnown) reading.mistake(['alerts', at, 'targets'], `must be names of targets: ${names.join(', ')}`)
  }
}

const nameOf = (given: unknown) =>
  typeof given === 'object' && given !== null && 'name' in given && typeof given.name === 'string' ? given.name : ''
