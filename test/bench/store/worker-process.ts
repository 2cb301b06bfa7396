// A process of the bench with one worker of a contender; it ends when whoever started it hangs up.
import { contenderOf } from './contenders.ts'
import { now } from './measures/latency.ts'
import type { WorkerMessage } from './worker-handle.ts'

const [id = '', address = ''] = process.argv.slice(2)
const tell = (message: WorkerMessage) => process.connected && process.send?.(message)

const queue = await contenderOf(id).open(address)
const stop = await queue.live?.work((number) => tell({ kind: 'started', number, at: now() }))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  tell({ kind: 'cpu', usedMs: (user + system) / 1000, at: now() })
})
process.once('disconnect', async () => {
  await stop?.()
  await queue[Symbol.asyncDispose]()
  process.exit()
})
tell({ kind: 'ready' })
