import { join } from 'node:path'
import { sourceKinds } from '../sources/list.ts'
import type { SourceKind } from '../sources/source.ts'
import { createCatalogue, readDatasetsFile, type Catalogue } from './catalogue.ts'
import { sampleCities } from './sample.ts'

/** Where the list of datasets comes from. */
export interface CatalogueSettings {
  /** Null: the sample dataset only. */
  datasetsFile: string | null
  dataDir: string
  /** The store whose jobs are datasets too. */
  queueUrl: string
  queuePrefix: string
}

/** Rejects with ConfigError when the list cannot be read. */
export async function openCatalogue(
  { datasetsFile, dataDir }: Pick<CatalogueSettings, 'datasetsFile' | 'dataDir'>,
  kinds: SourceKind[] = sourceKinds,
): Promise<Catalogue> {
  return createCatalogue(
    datasetsFile ? readDatasetsFile(datasetsFile, kinds) : [await sampleCities(join(dataDir, 'sample.sqlite'))],
  )
}
