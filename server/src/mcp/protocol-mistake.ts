/** JSON-RPC 2.0, section 5.1. */
const INVALID_PARAMS = -32_602
export const INVALID_REQUEST = -32_600
export const INTERNAL_ERROR = -32_603

/** MCP up to 2025-11-25; the SDK of 2026-07-28, which has no code for it, makes it {@link INVALID_PARAMS}. */
export const RESOURCE_NOT_FOUND = -32_002

/**
 * A request that is answered by an error of the protocol, because it is wrong by that or because its answer has no other place
 * for one. Both SDKs answer an error with a `code` by that code and its message.
 */
export class ProtocolMistake extends Error {
  override readonly name = 'ProtocolMistake'
  readonly code: number

  constructor(message: string, code: number = INVALID_PARAMS) {
    super(message)
    this.code = code
  }
}
