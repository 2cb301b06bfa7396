import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Look, MonitorKind } from './monitor.ts'

const program = fileURLToPath(new URL('../programs/naive-check.ts', import.meta.url))

/** The check that the product was begun for, in a process of its own. */
export const naive: MonitorKind = {
  name: 'naive check',
  what: 'BullMQ on the same queue: PING, the worker object is not closing, failed < 50, waiting < 1000; 4 s timeout',
  async start({ store }, intervalMs) {
    const looks: Look[] = []
    const child = fork(program, [store.url, String(intervalMs)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const exited = once(child, 'exit')
    child.on('message', (look) => looks.push(look as Look))
    return {
      looks: () => looks,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL')
        await exited
      },
    }
  },
}
