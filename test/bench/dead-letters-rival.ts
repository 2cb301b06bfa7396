// BullMQ's own retryJobs in a process of its own, as an operation's worker is one: says how long it took, each time it is asked.
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { timed } from './figures.ts'

const [url = '', name = ''] = process.argv.slice(2)
const queue = openStore(url, 'bull', createLog('silent')).openQueue(name)
await queue.waitUntilReady()
process.on('message', () => void timed(() => queue.retryJobs()).then((ms) => process.send?.(ms)))
process.on('disconnect', () => void queue.close())
process.send?.('ready')
