/** The numbers by which BullMQ knows what went wrong (its enum `ErrorCode`). */
export const refusals = {
  jobMissing: -1,
  lockMissing: -2,
  notInState: -3,
  pendingChildren: -4,
  parentMissing: -5,
  lockMismatch: -6,
  parentCannotBeReplaced: -7,
  belongsToScheduler: -8,
  failedChildren: -9,
  schedulerIdCollision: -10,
  schedulerSlotsBusy: -11,
} as const

export type RefusalCode = (typeof refusals)[keyof typeof refusals]

/**
 * A transition that is not allowed, in the words that BullMQ uses on every store (it does not export them). Thrown only
 * before anything was written, so that the transaction goes on with the other operations in it.
 */
export class Refusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
    // BullMQ stops retrying a job on an error of this name.
    if (code === refusals.failedChildren) this.name = 'UnrecoverableError'
  }
}

/** What was attempted, for the words of a refusal. */
export interface Attempt {
  jobId?: string | undefined
  parentKey?: string | undefined
  command: string
  state?: string
}

export function refuse(code: RefusalCode, { jobId, parentKey, command, state }: Attempt): Refusal {
  const messages: Record<RefusalCode, string> = {
    [-1]: `Missing key for job ${jobId}. ${command}`,
    [-2]: `Missing lock for job ${jobId}. ${command}`,
    [-3]: `Job ${jobId} is not in the ${state} state. ${command}`,
    [-4]: `Job ${jobId} has pending dependencies. ${command}`,
    [-5]: `Missing key for parent job ${parentKey}. ${command}`,
    [-6]: `Lock mismatch for job ${jobId}. Cmd ${command} from ${state}`,
    [-7]: `The parent job ${parentKey} cannot be replaced. ${command}`,
    [-8]: `Job ${jobId} belongs to a job scheduler and cannot be removed directly. ${command}`,
    [-9]: `Cannot complete job ${jobId} because it has at least one failed child. ${command}`,
    [-10]: `Cannot create job scheduler iteration - job ID already exists. ${command}`,
    [-11]: `Cannot create job scheduler iteration - current and next time slots already have jobs. ${command}`,
  }
  return new Refusal(code, messages[code])
}
