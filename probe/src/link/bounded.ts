import { StepFailure } from '../failure.ts'

/** Far more than any honest answer to the probe's questions. */
export const maxAnswerBytes = 4 * 1024 * 1024

/** A body that fails once it is larger than {@link maxAnswerBytes}, however slowly or endlessly it comes. */
export function bounded(body: ReadableStream<Uint8Array>, onChunk: (chunk: Uint8Array) => void) {
  let received = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        received += chunk.byteLength
        onChunk(chunk)
        if (received > maxAnswerBytes) controller.error(tooLarge())
        else controller.enqueue(chunk)
      },
    }),
  )
}

const tooLarge = () => new StepFailure('not_mcp', `the answer is larger than ${maxAnswerBytes} bytes`)
