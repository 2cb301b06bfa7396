import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the worker's process tells. */
export type WorkerMessage =
  | { kind: 'ready' }
  | { kind: 'started'; number: number; at: number }
  | { kind: 'cpu'; usedMs: number; at: number }

/** A process with one worker that waits for jobs. */
export interface WorkerHandle extends AsyncDisposable {
  /** The time is that of the worker's clock, in milliseconds since 1970. */
  onStart(listener: (number: number, at: number) => void): void
  /** CPU time that the process has used so far, and when that was asked, in milliseconds. */
  cpuTime(): Promise<{ usedMs: number; at: number }>
}

export async function forkWorker(contender: string, address: string): Promise<WorkerHandle> {
  const child = fork(fileURLToPath(new URL('worker-process.ts', import.meta.url)), [contender, address])
  const exited = once(child, 'exit')
  const told = async (kind: WorkerMessage['kind']): Promise<WorkerMessage> => {
    for (;;) {
      const [message] = (await Promise.race([
        once(child, 'message'),
        exited.then(([code]) => Promise.reject(new Error(`the worker's process ended with ${code}`))),
      ])) as [WorkerMessage]
      if (message.kind === kind) return message
    }
  }
  await told('ready')
  return {
    onStart(listener) {
      child.on('message', (message: WorkerMessage) => {
        if (message.kind === 'started') listener(message.number, message.at)
      })
    },
    async cpuTime() {
      child.send('cpu')
      const message = await told('cpu')
      return message.kind === 'cpu' ? message : Promise.reject(new Error('no CPU time was told'))
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
