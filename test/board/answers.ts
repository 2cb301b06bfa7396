import type { Answer } from './board.ts'

/** The answer to what was carried out. */
export const done = (body: unknown = {}): Answer => ({ status: 200, body })

/** The answer to what was carried out and leaves nothing to say. */
export const gone: Answer = { status: 204, body: null }

/** The least of an answer that refuses: the status and the key of the sentence that the page shows. */
export const refused = (status: number, key: string): Answer => ({ status, body: { error: { key: `ERRORS.${key}` } } })
