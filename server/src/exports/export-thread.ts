// Runs in a thread of its own: see export-threads.ts.
import type { MessagePort } from 'node:worker_threads'
import { workerData } from 'node:worker_threads'
import { OpsError } from '../errors.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Catalogue } from './datasets/catalogue.ts'
import type { DatasetsText } from './datasets/datasets-file.ts'
import { catalogueOf } from './datasets/open-catalogue.ts'
import type { DatedTask, ThreadAnswer, ThreadSettings } from './export-threads.ts'
import { createLog } from '../log.ts'
import { allSourceKinds } from './source-kinds.ts'
import { writeExport } from './write-export.ts'

const settings = workerData as ThreadSettings
const kinds = allSourceKinds(settings, createLog('warn'))

let last: { text: DatasetsText | null; catalogue: Promise<Catalogue> } | null = null

/** Tasks that follow each other mostly have the same datasets. */
function catalogueFor(text: DatasetsText | null): Promise<Catalogue> {
  if (!last || !isDeepStrictEqual(last.text, text))
    last = { text, catalogue: catalogueOf(text, settings.dataDir, kinds) }
  return last.catalogue
}

// oxlint-disable-next-line import/no-default-export -- what piscina calls
export default async function run(task: DatedTask & { port: MessagePort }): Promise<ThreadAnswer> {
  const { place, data, datasets, port } = task
  try {
    const catalogue = await catalogueFor(datasets)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    return { written: await writeExport(place, data, catalogue, (done) => port.postMessage(done)) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { refused: { code: error.code, message: error.message, cause: error.cause } }
  }
}
