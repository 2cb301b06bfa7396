// Bull Board as its documents set it up, in a process of its own: tells its port, and ends with its parent.
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { Queue } from 'bullmq'
import express from 'express'
import type { AddressInfo } from 'node:net'

const [url = '', ...names] = process.argv.slice(2)
const queues = names.map((name) => new Queue(name, { connection: { url } }))
const serverAdapter = new ExpressAdapter()
serverAdapter.setBasePath('/board')
createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue)), serverAdapter })
const app = express()
app.use('/board', serverAdapter.getRouter())
await Promise.all(queues.map((queue) => queue.waitUntilReady()))
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
