import { SourceFailure } from './failure.ts'
import type { ReaderAnswer, ReaderCall, SentError } from './reader-process.ts'

/**
 * Makes this process a reader that whoever has started it asks (see reader-process.ts), until he is gone.
 *
 * @param tidy what has to be done before the end
 */
export function answerCalls(
  answer: (call: string, args: unknown[]) => Promise<unknown>,
  tidy: () => Promise<void>,
): void {
  process.on('message', ({ id, call, args }: ReaderCall) => {
    void answer(call, args)
      .then(
        (result): ReaderAnswer => ({ id, result }),
        (error: unknown): ReaderAnswer => ({ id, error: sent(error) }),
      )
      .then((answer) => {
        // Who asked may be gone at this moment: then 'disconnect' follows.
        if (process.connected) process.send?.(answer, undefined, undefined, () => undefined)
      })
  })
  process.on('disconnect', () => void tidy().finally(() => process.exit(0)))
  // Signals are for whoever asks: he ends this process when he ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
}

function sent(error: unknown): SentError {
  const failure = error instanceof SourceFailure ? error.failure : null
  const message = error instanceof Error ? error.message : String(error)
  return { message, failure, ...(error instanceof Error && 'errcode' in error ? { errcode: error.errcode } : {}) }
}
