import type { ProbeResult, StatusReport } from '../contract.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { version } from '../version.ts'
import { BOARD_PATH } from './board.ts'

/** What the page shows, from one snapshot. */
export const statusReport = (
  { health, queue, fleet }: Snapshot,
  probeResults: ProbeResult[],
  readOnly: boolean,
): StatusReport => ({
  version,
  health,
  queue,
  fleet,
  read_only: readOnly,
  probe_results: probeResults,
  board_url: `${BOARD_PATH}/`,
})
