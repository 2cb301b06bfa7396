import { readFileSync, statSync } from 'node:fs'
import { createCatalogue, type Catalogue } from './catalogue.ts'
import { createDataset, type Dataset } from './dataset.ts'
import { datasetsText, readDatasets, type DatasetsText } from './datasets-file.ts'
import type { Patience } from './remembered.ts'
import type { SourceKind } from '../sources/source.ts'
import type { Schedule } from './schedule.ts'
import type { Variables } from './source-url.ts'

/** What the operator should hear of a new version of the file. */
export interface FileNews {
  path: string
  /** The datasets that are in force from now on; null when the version is refused and the one before stays in force. */
  names: string[] | null
  mistakes: string[]
}

/** The last good version of a datasets file. */
export interface WatchedFile {
  /** Looks whether the file has changed, which costs microseconds. */
  current(): { text: DatasetsText; catalogue: Catalogue; schedules: Schedule[] }
  /** What is wrong with the first version, the only one without one before. */
  mistakes: string[]
}

/** What a datasets file is read with. */
export interface FileReading {
  path: string
  kinds: SourceKind[]
  variables: Variables
  patience: Patience
}

/** @param told hears of each new version once, of the first one not */
export function watchFile(reading: FileReading, told: (news: FileNews) => void): WatchedFile {
  const { path } = reading
  let seen = versionOf(path)
  const first = readVersion(reading, [])
  let inForce = first

  function look() {
    // Taken before the file is read: what is written meanwhile is another version.
    const version = versionOf(path)
    if (version === seen) return
    seen = version
    const next = readVersion(reading, inForce.catalogue.list())
    if (next.mistakes.length > 0) return told({ path, names: null, mistakes: next.mistakes })
    inForce = next
    told({ path, names: next.catalogue.list().map(({ name }) => name), mistakes: [] })
  }
  return {
    mistakes: first.mistakes,
    current() {
      look()
      return inForce
    },
  }
}

interface Version {
  text: DatasetsText
  catalogue: Catalogue
  schedules: Schedule[]
  mistakes: string[]
}

/** What has not changed goes on as it is, with what it knows of its source. */
function readVersion({ path, kinds, variables, patience }: FileReading, before: Dataset[]): Version {
  let text: DatasetsText
  try {
    text = datasetsText(path, readFileSync(path, 'utf8'), variables)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    const mistakes = [`${path}: the file cannot be read${code}.`]
    return { text: { path, text: '', variables: {} }, catalogue: createCatalogue([]), schedules: [], mistakes }
  }
  const { definitions, schedules, mistakes } = readDatasets(text, kinds)
  const kept = new Map(before.map((dataset) => [dataset.fingerprint, dataset]))
  const datasets = definitions.map(
    (definition) => kept.get(definition.fingerprint) ?? createDataset(definition, patience),
  )
  return { text, catalogue: createCatalogue(datasets), schedules, mistakes }
}

/** Another text is another version however it came there: written over, moved there, restored with its old date. */
function versionOf(path: string): string {
  const facts = statSync(path, { bigint: true, throwIfNoEntry: false })
  return facts ? [facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join(' ') : 'missing'
}
