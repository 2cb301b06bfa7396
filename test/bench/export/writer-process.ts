// A process that writes one file with one contender, tells what that took, and ends.
import { stat } from 'node:fs/promises'
import { perSecond, timed } from '../figures.ts'
import { Profiler } from '../profile.ts'
import type { Write } from './contender.ts'
import { contenderOf } from './contenders.ts'
import { peakMemory } from './peak-memory.ts'
import type { Written, WriterTask } from './writer.ts'

const task = JSON.parse(process.argv[2] ?? '') as WriterTask
const answer = await perform(task).catch((error: unknown): Written => ({
  failed: error instanceof Error ? error.message : String(error),
}))
process.send?.(answer, () => process.disconnect())

async function perform(task: WriterTask): Promise<Written> {
  const write = await contenderOf(task.id).load()
  if (!task.profile) return { figures: await measured(write, task) }
  const profiler = new Profiler()
  await profiler.watch(() => write(task.data, task.file))
  return { profile: profiler.profile() }
}

async function measured(write: Write, { data, file }: WriterTask) {
  const before = process.cpuUsage()
  const tookMs = await timed(() => write(data, file))
  const { user, system } = process.cpuUsage(before)
  const memory = peakMemory('self')
  const size = await stat(file).catch(() => undefined)
  return {
    rows: perSecond(data.rows, tookMs),
    cpu: (user + system) / 1e6,
    ...(memory === undefined ? {} : { memory }),
    ...(size ? { size: size.size / 1e6 } : {}),
  }
}
