/** The lines of a text that comes in pieces, each as soon as it is whole; of JSON lines one is one document. */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let begun = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      begun += decoder.decode(value, { stream: !done })
      const lines = begun.split('\n')
      begun = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') yield line
      if (done) break
    }
    if (begun.trim() !== '') yield begun
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
