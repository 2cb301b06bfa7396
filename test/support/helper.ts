import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A small process of a test's own, which the test may kill. */
export interface Helper extends AsyncDisposable {
  kill(): void
  /** What it sends next. */
  nextMessage(): Promise<string>
}

/** Starts a program of test/support/programs. */
export function startHelper(program: string, args: string[]): Helper {
  const child = fork(fileURLToPath(new URL(`programs/${program}`, import.meta.url)), args)
  const exited = once(child, 'exit')
  return {
    kill: () => void child.kill('SIGKILL'),
    async nextMessage() {
      const [message] = (await once(child, 'message')) as [string]
      return message
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
