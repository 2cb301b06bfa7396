/** What an address of the server said: its answer, or one sentence why there is none. */
export type Said<T> = { answer: T } | { problem: string; isGone: boolean }

/** Whether a value is of a type, by looking at it. */
export type Guard<T> = (value: unknown) => value is T

/** The first reading of a large failed set, and a preview over one, take their time; past this nothing comes any more. */
const TIMEOUT_MS = 60_000

/** Asks an address below the page's own for JSON. Rejects only when `stop` was signalled. */
export function askFor<T>(address: string, is: Guard<T>, stop: AbortSignal): Promise<Said<T>> {
  return exchange(address, {}, is, stop)
}

/** Calls one of the server's tools. Rejects only when `stop` was signalled; the call may have been carried out then. */
export function callTool<T>(name: string, input: object, is: Guard<T>, stop?: AbortSignal): Promise<Said<T>> {
  const body = JSON.stringify(input)
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  return exchange(`api/tools/${name}`, init, is, stop ?? new AbortController().signal)
}

async function exchange<T>(address: string, init: RequestInit, is: Guard<T>, stop: AbortSignal): Promise<Said<T>> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)])
    const headers = { accept: 'application/json', ...init.headers }
    const response = await fetch(address, { ...init, headers, signal, cache: 'no-store' })
    const body: unknown = await response.json().catch(() => null)
    if (!response.ok) return { problem: sentenceOf(response.status, body), isGone: response.status === 404 }
    if (is(body)) return { answer: body }
    return { problem: 'What came is not what this page expects: reload it, the server may be newer.', isGone: false }
  } catch (error) {
    stop.throwIfAborted()
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError'
    const problem = timedOut ? `Nothing came within ${TIMEOUT_MS / 1000} s.` : 'The server does not answer.'
    return { problem, isGone: false }
  }
}

/** What a refusal says of itself, else its number. */
export function sentenceOf(status: number, body: unknown): string {
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  return typeof said === 'string' ? said : `The server refused with HTTP ${status} and no word why.`
}
