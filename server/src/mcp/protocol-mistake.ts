/** JSON-RPC 2.0, section 5.1. */
const INVALID_PARAMS = -32_602

/**
 * A request that is wrong by the protocol and not by what a tool makes of it. Both SDKs answer an error with a `code`
 * by that code and its message.
 */
export class ProtocolMistake extends Error {
  override readonly name = 'ProtocolMistake'
  readonly code = INVALID_PARAMS
}
