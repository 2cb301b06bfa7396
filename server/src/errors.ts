/**
 * The kinds of failure that a caller can tell apart; each edge (MCP, HTTP, process) has its own words for them. `conflict`: it
 * was right once, and is not any more. A dataset is
 * `unreadable` when it may be well again later and `broken` when trying again cannot mend it; so is a finished file
 * `unwritable` or `refused`.
 */
export type ErrorCode =
  | 'invalid_input'
  | 'not_found'
  | 'conflict'
  | 'store_unavailable'
  | 'dataset_unreadable'
  | 'dataset_broken'
  | 'file_unwritable'
  | 'file_refused'
  | 'files_unavailable'
  | 'worker_died'

/**
 * A failure that was foreseen: `message` is one sentence for the caller that says what is wrong and what to do, and
 * holds nothing internal. What caused it is kept in `cause` for the log. Any other error is a fault of ours and is
 * answered as internal.
 */
export class OpsError extends Error {
  override readonly name = 'OpsError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Everything that is wrong with the settings, one sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: string[]

  constructor(mistakes: string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
  }
}
