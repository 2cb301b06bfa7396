import { StepFailure } from '../failure.ts'

/** Far more than any honest answer to the probe's questions. */
export const maxAnswerBytes = 4 * 1024 * 1024

/** A body that fails once it is larger than `most` bytes, however slowly or endlessly it comes. */
export function bounded(body: ReadableStream<Uint8Array>, most: number, onChunk: (chunk: Uint8Array) => void) {
  let received = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        received += chunk.byteLength
        onChunk(chunk)
        if (received > most) controller.error(tooLarge(most))
        else controller.enqueue(chunk)
      },
    }),
  )
}

const tooLarge = (most: number) => new StepFailure('not_mcp', `the answer is larger than ${most} bytes`)
