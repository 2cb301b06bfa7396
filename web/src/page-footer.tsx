import { Choices } from './choices.tsx'
import type { Watch } from './reading.ts'
import { useIsTakenOver } from './start.ts'

/** `version` is null until the server has answered, `watch` unless the probe serves the page. */
export function PageFooter({ version, watch }: { version: string | null; watch: Watch | null }) {
  const query = watch ? `?target=${encodeURIComponent(watch.target)}` : ''
  const isTakenOver = useIsTakenOver()
  const zone = isTakenOver ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC'
  return (
    <footer className="wide footer">
      <p>{version ? `Queue Ops ${version}` : 'Queue Ops'}</p>
      {watch && <p>Served by the probe {watch.version}</p>}
      <p>
        <a href={`api/status${query}`}>This report as JSON</a>
      </p>
      {watch && (
        <p>
          <a href={`history.json${query}`}>The history as JSON</a>
        </p>
      )}
      <noscript>
        <p>Without JavaScript the page does not follow what changes: reload it. Its times are in UTC.</p>
      </noscript>
      <div className="choices">
        <Choices
          setting="zone"
          label="Times in"
          atFirst="utc"
          names={{ local: zone === 'UTC' ? 'local' : zone, utc: 'UTC' }}
        />
        <Choices
          setting="theme"
          label="Colours"
          atFirst="auto"
          names={{ auto: 'auto', light: 'light', dark: 'dark' }}
        />
      </div>
    </footer>
  )
}
