import { join } from 'node:path'
import { createCatalogue, readDatasetsFile, type Catalogue } from './catalogue.ts'
import { sampleCities } from './sample.ts'

/** Where the list of datasets comes from. */
export interface CatalogueSettings {
  /** Null: the sample dataset only. */
  datasetsFile: string | null
  dataDir: string
}

/** Rejects with ConfigError when the list cannot be read. */
export async function openCatalogue({ datasetsFile, dataDir }: CatalogueSettings): Promise<Catalogue> {
  return createCatalogue(
    datasetsFile ? readDatasetsFile(datasetsFile) : [await sampleCities(join(dataDir, 'sample.sqlite'))],
  )
}
