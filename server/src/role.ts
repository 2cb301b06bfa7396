import type { Config } from './config.ts'
import type { OpenCatalogue } from './exports/datasets/open-catalogue.ts'
import type { ExportFiles } from './exports/files/export-files.ts'
import type { Log } from './log.ts'
import type { Store } from './queue/store.ts'

/** What every role needs. */
export interface Shared {
  config: Config
  log: Log
  store: Store
  files: ExportFiles
  catalogue: OpenCatalogue
  /** What has to be closed: requests and work at the same time, then the connections that both use. */
  closers: Record<'work' | 'connections', (() => Promise<void>)[]>
}

/** A process that answers clients. */
export interface Served {
  /** Where it listens, null when it does not (workers, stdio). */
  url: string | null
  /** Fulfilled when the client of the stdio transport has gone; never for the others. */
  ended: Promise<void>
  /** Looks at the health of the queues from now on. */
  watch(): void
}

export const notServing: Served = { url: null, ended: new Promise<void>(() => undefined), watch: () => undefined }

export const MB = 1024 * 1024
