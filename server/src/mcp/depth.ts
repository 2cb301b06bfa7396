import { isDeeperThan } from '../tools/depth.ts'

/** Twice as deep as arguments may be; the SDKs go through a message by recursion, which ends at some thousand levels. */
const MAX_DEPTH = 64

/** What whoever sent it is told. */
export const TOO_DEEP = `The message is nested more than ${MAX_DEPTH} levels deep.`

/** Whether a message that was read from JSON is deeper than anything that is sensible. */
export const isTooDeep = (message: unknown): boolean => isDeeperThan(MAX_DEPTH, message)
