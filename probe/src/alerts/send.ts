import { STATUS_CODES } from 'node:http'
import { OwnFault } from '../failure.ts'
import { oneLine } from '../sentence.ts'
import type { AlertRequest } from './channel.ts'

/** So long a receiver may take. */
export const SEND_TIMEOUT_MS = 10_000
export const MAX_RETRY_AFTER_MS = 600_000
const MAX_ANSWER = 2000
const BODY_TIMEOUT_MS = 1000

/** What became of an attempt, in words that hold no address and no secret. */
export type Attempt =
  | { ok: true; words: string; answer: string }
  | { ok: false; words: string; answer: string; isFinal: boolean; retryAfterMs: number | null }

/** It was understood and is not wanted: the same again would be refused again. */
const finalStatuses = new Set([400, 413, 422])

/** Makes the request once; 2xx is a success. Redirects are none: what is secret goes only where the settings say. */
export async function send(request: () => Promise<AlertRequest>, stop: AbortSignal): Promise<Attempt> {
  try {
    const { url, headers, body } = await request()
    const signal = AbortSignal.any([stop, AbortSignal.timeout(SEND_TIMEOUT_MS)])
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    const answer = await startOf(response)
    const words = `HTTP ${response.status} ${STATUS_CODES[response.status] ?? ''}`.trim()
    if (response.ok) return { ok: true, words, answer }
    const isFinal = finalStatuses.has(response.status)
    return { ok: false, words, answer, isFinal, retryAfterMs: retryAfter(response.headers.get('retry-after')) }
  } catch (error) {
    return { ok: false, words: wordsOf(error), answer: '', isFinal: false, retryAfterMs: null }
  }
}

/** The first of what came back, for people. What counts is the status: a body that does not come changes nothing. */
async function startOf(response: Response): Promise<string> {
  let text = ''
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const tooLate = setTimeout(() => void reader?.cancel().catch(() => undefined), BODY_TIMEOUT_MS)
  try {
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      text += part.value
      if (text.length >= MAX_ANSWER) break
    }
  } catch {
    // What came before is all there is.
  }
  clearTimeout(tooLate)
  await reader?.cancel().catch(() => undefined)
  return oneLine(text, 200)
}

function retryAfter(header: string | null): number | null {
  if (header === null || !/^\d+$/.test(header)) return null
  return Math.min(Number(header) * 1000, MAX_RETRY_AFTER_MS)
}

const codeWords: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed by the receiver',
  UND_ERR_SOCKET: 'connection closed by the receiver',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
}

/** Messages of `fetch` name the address: only their code is told. */
function wordsOf(error: unknown): string {
  if (error instanceof OwnFault) return error.message
  if (!(error instanceof Error)) return 'failed for an unknown reason'
  if (error.name === 'TimeoutError') return `no answer within ${SEND_TIMEOUT_MS / 1000} s`
  if (error.name === 'AbortError') return 'stopped before it was answered'
  const cause = error.cause instanceof AggregateError ? error.cause.errors[0] : (error.cause ?? error)
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return codeWords[code] ?? (code === '' ? 'could not be sent' : `could not be sent (${code})`)
}
