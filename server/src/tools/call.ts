import type { Log } from '../log.ts'

/** How far a call that takes its time has come. */
export interface CallProgress {
  progress: number
  /** Null when it is not known. */
  total: number | null
  message: string
}

/** Who asks. */
export interface Asker {
  /** Whose jobs these are, null as long as nobody has to say who he is. */
  principal: string | null
}

/** Who asks, for the record: by his own account as long as nobody has to say who he is. */
export const askedBy = ({ principal, via }: Pick<Call, 'principal' | 'via'>): string => principal ?? via

/** A call, as every transport and every protocol era tells it: all that a handler sees of how it is spoken. */
export interface Call extends Asker {
  /** By which way it came and from whom, as he says himself: `page 127.0.0.1`, `mcp claude-code 1.2`. Nobody has checked it. */
  via: string
  /** Aborted when the client has gone or has cancelled the call: waiting then is in vain, jobs go on. */
  signal: AbortSignal
  /** Tells the client how far it is; to one that has not asked for it, nothing is sent. Never rejects. */
  progress(now: CallProgress): Promise<void>
  log: Log
}
