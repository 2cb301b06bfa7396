import type { CheckStatus } from '@queue-ops/server/contract'

// A shape of its own for each status, so that nothing is said by colour alone.
const outlines: Record<CheckStatus, string> = {
  pass: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Z',
  warn: 'M12 2.5 23 21.5H1Z',
  fail: 'M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9Z',
  unknown: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Z',
}
const marks: Record<CheckStatus, string> = {
  pass: 'm7.5 12.5 3 3 6-6.5',
  warn: 'M12 9.5v5M12 18v.1',
  fail: 'm8.5 8.5 7 7m0-7-7 7',
  unknown: 'M9.5 9.5a2.6 2.6 0 1 1 4 2.2c-1 .6-1.5 1.1-1.5 2.1M12 17v.1',
}

/** Decoration: the word always stands beside it. */
export function StatusIcon({ status }: { status: CheckStatus }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path className="icon-outline" d={outlines[status]} />
      <path className="icon-mark" d={marks[status]} />
    </svg>
  )
}
