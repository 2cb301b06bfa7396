import type { ProbeResult } from '@queue-ops/server/contract'
import { took } from './age.ts'
import { clockTime } from './instant.ts'
import { StatusWord } from './status-word.tsx'
import { TimeAgo } from './time-ago.tsx'
import { useZone } from './use-zone.ts'

export function ProbeTable({ results, now }: { results: readonly ProbeResult[]; now: number }) {
  const zone = useZone()
  return (
    <table className="table probe-table">
      <caption className="unseen">The last {results.length} results of the probe, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Status</th>
          <th scope="col">Message</th>
          <th scope="col" className="right">
            Duration
          </th>
        </tr>
      </thead>
      <tbody>
        {results.map((result) => (
          <tr key={result.time}>
            <td className="nowrap">
              <TimeAgo at={result.time} now={now} /> <span className="moment">{clockTime(result.time, zone)}</span>
            </td>
            <td>
              <StatusWord status={result.status} />
            </td>
            <td className="message below">{result.message}</td>
            <td className="right nowrap">{took(result.duration_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
