import type { ErrorCode } from '../errors.ts'

/** How HTTP says what went wrong; `internal` is a fault of ours. */
export const httpStatus: Record<ErrorCode | 'internal', number> = {
  invalid_input: 400,
  not_found: 404,
  conflict: 409,
  store_unavailable: 503,
  files_unavailable: 503,
  dataset_unreadable: 503,
  dataset_broken: 400,
  file_unwritable: 503,
  file_refused: 500,
  worker_died: 500,
  internal: 500,
}
