import { OpsError } from '../../errors.ts'

const CANNOT = 'The export file cannot be written: '

/** There is too little room on the worker's disk; what has been written so far would only keep it full. */
export class OutOfRoom extends OpsError {
  constructor(why: string, options?: ErrorOptions) {
    super(
      'file_unwritable',
      `${CANNOT}${why}. Let the operator make room there, or ask for less with filters or a limit.`,
      options,
    )
  }
}

const sentences: Record<string, string> = {
  EROFS: 'its folder is read-only. Let the operator make it writable.',
  EACCES: 'the worker may not write to its folder. Let the operator allow it.',
  EPERM: 'the worker may not write to its folder. Let the operator allow it.',
  ENOENT: 'its folder is gone. Let the operator put it back.',
  ENOTDIR: 'its folder is gone. Let the operator put it back.',
  ESTALE: 'its folder is gone. Let the operator put it back.',
}

/** What the disk says, in our words; everything else as it is. */
export function unwritable(cause: unknown): unknown {
  const code = systemCode(cause)
  if (!code) return cause
  if (code === 'ENOSPC' || code === 'EDQUOT') return new OutOfRoom('the disk is full', { cause })
  return new OpsError('file_unwritable', CANNOT + (sentences[code] ?? `the disk refused it (${code}).`), { cause })
}

/** The code of an operating-system error such as ENOSPC, null for every other error. */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null

export const isMissing = (error: unknown): boolean => systemCode(error) === 'ENOENT'
