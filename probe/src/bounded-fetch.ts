/** Far more than any honest answer to the probe's questions. */
export const maxAnswerBytes = 4 * 1024 * 1024

/** `fetch` whose answer fails once it is larger than {@link maxAnswerBytes}, however slowly or endlessly it comes. */
export async function boundedFetch(input: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  if (!response.body) return response
  let received = 0
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      received += chunk.byteLength
      if (received > maxAnswerBytes) controller.error(new Error(`the answer is larger than ${maxAnswerBytes} bytes`))
      else controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(bound), { status, statusText, headers })
}
