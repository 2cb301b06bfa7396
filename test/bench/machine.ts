import { closeSync, fdatasyncSync, openSync, statfsSync, writeSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { temporaryFolder } from '../support/program.ts'
import { median } from './figures.ts'

const SYNCS = 200
const TMPFS = 0x01021994

/** Lines on what all this was measured on; figures mean little without them. */
export async function describeMachine(): Promise<string[]> {
  const cores = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  const { version: bullmq } = createRequire(import.meta.url)('bullmq/package.json') as { version: string }
  const { syncMs, inMemory } = await describeDisk()
  const disk = inMemory ? 'NOT A DISK but memory, so that durable figures mean nothing' : 'a disk'
  return [
    `${cores[0]?.model.trim()}, ${cores.length} cores, ${gib} GiB, ${type()} ${release()}`,
    `load before: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
    `Node ${process.versions.node}, BullMQ ${bullmq}`,
    `temporary files are on ${disk}; one fdatasync takes ${syncMs.toFixed(2)} ms (median), every durable figure moves with it`,
  ]
}

async function describeDisk() {
  await using folder = await temporaryFolder()
  const file = openSync(join(folder.path, 'sync'), 'w')
  const page = Buffer.alloc(4096, 1)
  const times = Array.from({ length: SYNCS }, () => {
    writeSync(file, page)
    const startedAt = performance.now()
    fdatasyncSync(file)
    return performance.now() - startedAt
  })
  closeSync(file)
  return { syncMs: median(times), inMemory: statfsSync(folder.path).type === TMPFS }
}
