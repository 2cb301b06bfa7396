// Runs in a thread of its own: see export-threads.ts.
import type { MessagePort } from 'node:worker_threads'
import { workerData } from 'node:worker_threads'
import { OpsError } from '../errors.ts'
import { openCatalogue, type CatalogueSettings } from './datasets/open-catalogue.ts'
import type { ThreadAnswer, ThreadTask } from './export-threads.ts'
import { writeExport } from './write-export.ts'

const catalogue = openCatalogue(workerData as CatalogueSettings)

// oxlint-disable-next-line import/no-default-export -- what piscina calls
export default async function run({ place, data, port }: ThreadTask & { port: MessagePort }): Promise<ThreadAnswer> {
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    return { written: await writeExport(place, data, await catalogue, (done) => port.postMessage(done)) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { refused: { code: error.code, message: error.message, cause: error.cause } }
  }
}
