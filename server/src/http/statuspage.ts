import type { HealthStatus } from '../contract.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Snapshots } from '../snapshot/snapshots.ts'
import type { Mount } from './mount.ts'

/** The words of Statuspage (https://metastatuspage.com/api), which aggregators and chat apps read. */
type Indicator = 'none' | 'minor' | 'major' | 'critical'
type ComponentStatus = 'operational' | 'degraded_performance' | 'major_outage'

interface StatuspageStatus {
  page: { id: string; name: string; url: string; time_zone: 'Etc/UTC'; updated_at: string }
  status: { indicator: Indicator; description: string }
}

interface Component {
  id: string
  name: string
  status: ComponentStatus
  description: string
  position: number
  updated_at: string
  showcase: boolean
  group: false
  group_id: null
  only_show_if_degraded: false
}

/** `incidents` is empty: the probe keeps them, since they outlive what is watched (`/incidents.rss` there). */
interface StatuspageSummary extends StatuspageStatus {
  components: Component[]
  incidents: []
  scheduled_maintenances: []
}

const descriptions: Record<Indicator, string> = {
  none: 'All Systems Operational',
  minor: 'Partially Degraded Service',
  major: 'Partial System Outage',
  critical: 'Major Service Outage',
}

const componentStatus: Record<HealthStatus, ComponentStatus> = {
  operational: 'operational',
  degraded: 'degraded_performance',
  down: 'major_outage',
}

/** How all queues are in the words of Statuspage. Those whose health is not watched are no components. */
export function statuspageSummary({ health, queue, fleet }: Snapshot, url: string): StatuspageSummary {
  const watched = (fleet?.queues ?? []).filter((row) => row.status !== null)
  const isAway = queue === null
  const components = watched.map(({ queue, status, reason }, at): Component => {
    return {
      id: queue,
      name: queue,
      status: isAway ? 'major_outage' : componentStatus[status ?? 'operational'],
      description: isAway ? 'The queue store does not answer.' : reason,
      position: at + 1,
      updated_at: health.observed_at,
      showcase: true,
      group: false,
      group_id: null,
      only_show_if_degraded: false,
    }
  })
  const indicator = isAway ? 'critical' : indicatorOf(health.status, components)
  return {
    page: { id: 'queue-ops', name: 'Queue Ops', url, time_zone: 'Etc/UTC', updated_at: health.observed_at },
    status: { indicator, description: descriptions[indicator] },
    components,
    incidents: [],
    scheduled_maintenances: [],
  }
}

function indicatorOf(status: HealthStatus, components: readonly Component[]): Indicator {
  if (status === 'operational') return 'none'
  if (status === 'degraded') return 'minor'
  return components.every((one) => one.status === 'major_outage') ? 'critical' : 'major'
}

/** `GET /api/v2/summary.json` and `GET /api/v2/status.json`: always 200, as those who read them expect. */
export const mountStatuspage = (snapshots: Snapshots, url: string): Mount[] => {
  const at = (path: string, pick: (summary: StatuspageSummary) => StatuspageStatus): Mount => ({
    path,
    method: 'get',
    handler: async (_req, res) => {
      res.setHeader('Cache-Control', 'no-store')
      res.json(pick(statuspageSummary(await snapshots.now(), url)))
    },
  })
  return [
    at('/api/v2/summary.json', (summary) => summary),
    at('/api/v2/status.json', ({ page, status }) => ({ page, status })),
  ]
}
