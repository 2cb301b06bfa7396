import type { CheckStatus } from '@queue-ops/server/contract'
import { StatusIcon } from './status-icon.tsx'

export function StatusWord({ status }: { status: CheckStatus }) {
  return (
    <span className={`status status-${status}`}>
      <StatusIcon status={status} />
      {status}
    </span>
  )
}
