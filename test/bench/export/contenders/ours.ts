import { randomUUID } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import type { ExportFormat } from '@queue-ops/server/contract'
import { temporaryFolder } from '../../../support/program.ts'
import type { Contender } from '../contender.ts'
import { TABLE } from '../rows.ts'

/**
 * What a worker's thread does for an export: reading, rendering, checkpoints, checksum, and the file safe on disk. Only
 * the thread is left out, so that a profile shows all of it; the bench of the whole program has it.
 */
export const ours = (format: ExportFormat): Contender => ({
  id: `ours-${format}`,
  name: `Queue Ops, ${format}`,
  kind: format,
  async load() {
    const { catalogueOf } = await import('@queue-ops/server/catalogue')
    const { sqlite } = await import('@queue-ops/server/sources/sqlite')
    const { writeExport } = await import('@queue-ops/server/write-export')
    return async (data, file) => {
      await using folder = await temporaryFolder()
      const text = await readFile(data.datasetsFile, 'utf8')
      const catalogue = await catalogueOf({ path: data.datasetsFile, text, variables: {} }, folder.path, [sqlite])
      const place = { folder: folder.path, id: 'bench', minFreeBytes: 0, attempt: randomUUID() }
      const written = await writeExport(place, { dataset: TABLE, format }, catalogue, () => undefined)
      if (written.rows !== data.rows) throw new Error(`it wrote ${written.rows} rows`)
      await rename(written.path, file)
    }
  },
})
