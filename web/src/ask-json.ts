const timeoutMs = 4000

/** What came: the parsed body, null when it was no JSON; or that nothing came. */
export type Came = { response: Response; body: unknown } | { nothing: string }

/** Asks an address of whoever serves the page. Rejects only when `stop` was signalled. */
export async function askJson(address: string, stop: AbortSignal): Promise<Came> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)])
    const response = await fetch(address, { signal, cache: 'no-store', headers: { accept: 'application/json' } })
    return { response, body: await response.json().catch(notJson) }
  } catch (error) {
    stop.throwIfAborted()
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError'
    return { nothing: timedOut ? `Nothing came within ${timeoutMs / 1000} s.` : 'There is no connection.' }
  }
}

function notJson(error: unknown): null {
  if (error instanceof SyntaxError) return null
  throw error
}

/** `HTTP 500: what it said`, when it said something. */
export function refusal({ status }: Response, body: unknown): string {
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  return typeof said === 'string' ? `HTTP ${status}: ${said}` : `HTTP ${status}.`
}
