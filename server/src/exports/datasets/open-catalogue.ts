import { join } from 'node:path'
import { ConfigError } from '../../errors.ts'
import type { SourceKind } from '../sources/source.ts'
import { createCatalogue, type Catalogue } from './catalogue.ts'
import { createDataset } from './dataset.ts'
import { readDatasets, type DatasetsText } from './datasets-file.ts'
import { clientPatience, type Patience } from './remembered.ts'
import type { Schedule } from './schedule.ts'
import { sampleCities } from './sample.ts'
import type { Variables } from './source-url.ts'
import { watchFile, type FileNews } from './watched-file.ts'

/** Without anybody asking, an operator should hear soon what is wrong with the new version of his file. */
const LOOK_EVERY_MS = 2000

/** Where the list of datasets comes from. */
export interface CatalogueSettings {
  /** Null: the sample dataset only. */
  datasetsFile: string | null
  dataDir: string
  variables: Variables
}

/** A catalogue that follows its file. */
export interface OpenCatalogue extends Catalogue {
  /** What another thread makes the same datasets of: see {@link catalogueOf}. Null: the sample. */
  text(): DatasetsText | null
  /** The recurring exports in force; another list when there is another version of the file. */
  schedules(): Schedule[]
  close(): Promise<void>
}

/**
 * The catalogue for clients, which follows the file: a version with mistakes is told of and left alone. Rejects with
 * ConfigError when the first version has any, or when the sample cannot be written.
 */
export async function openCatalogue(
  { datasetsFile, dataDir, variables }: CatalogueSettings,
  kinds: SourceKind[],
  told: (news: FileNews) => void,
): Promise<OpenCatalogue> {
  if (datasetsFile === null) {
    const sample = createCatalogue([createDataset(await sampleCities(samplePath(dataDir)), clientPatience)])
    const schedules: Schedule[] = []
    return { ...sample, text: () => null, schedules: () => schedules, close: async () => undefined }
  }
  const file = watchFile({ path: datasetsFile, kinds, variables, patience: clientPatience }, told)
  if (file.mistakes.length > 0) throw new ConfigError(file.mistakes.map((mistake) => `DATASETS_FILE ${mistake}`))
  const timer = setInterval(() => file.current(), LOOK_EVERY_MS)
  return {
    list: () => file.current().catalogue.list(),
    pick: (name) => file.current().catalogue.pick(name),
    text: () => file.current().text,
    schedules: () => file.current().schedules,
    close: async () => clearInterval(timer),
  }
}

/**
 * The catalogue for exports, in a thread of their own: it stays as it is, and asks its sources each time, since an export
 * is of the columns of the moment.
 */
export async function catalogueOf(text: DatasetsText | null, dataDir: string, kinds: SourceKind[]): Promise<Catalogue> {
  const definitions = text ? readDatasets(text, kinds).definitions : [await sampleCities(samplePath(dataDir))]
  return createCatalogue(definitions.map((definition) => createDataset(definition, exportPatience(definition))))
}

const exportPatience = ({ timeoutMs }: { timeoutMs: number }): Patience => ({
  withinMs: timeoutMs,
  freshMs: 0,
  failedMs: 0,
})

export const samplePath = (dataDir: string) => join(dataDir, 'sample.sqlite')
