import type { WatchedTarget } from '@queue-ops/server/contract'
import { StatusIcon } from './status-icon.tsx'

/** The servers that the probe watches, each a link to the page about it. */
export function TargetsNav({ targets, shown }: { targets: readonly WatchedTarget[]; shown: string }) {
  if (targets.length < 2) return null
  return (
    <nav className="targets" aria-label="Watched servers">
      <ul>
        {targets.map(({ name, status, in_maintenance }) => (
          <li key={name}>
            <a
              className={`target-link status-${status}`}
              href={`?target=${encodeURIComponent(name)}`}
              aria-current={name === shown ? 'page' : undefined}
            >
              <StatusIcon status={status} />
              <span className="target-name">{name}</span>
              <span className="unseen">: {status}</span>
              {in_maintenance && <span className="hint">maintenance</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
