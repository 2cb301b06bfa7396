import { version } from '../version.ts'

export const serverInfo = { name: 'queue-ops', title: 'Queue Ops', version }

/** What hosts put before their model beside the tools. */
export const instructions = `Exports run in the background. 1. list_datasets tells what there is. 2. start_export returns a job_id at once, or the result of a small export with wait_ms. 3. Call wait_for_export with that job_id, again when its time is up, until state is "completed" (result.download_url is the file) or "failed" (fail_reason says why). Use only job ids that start_export returned. When jobs stay "waiting", health_check tells whether any worker is running.`
