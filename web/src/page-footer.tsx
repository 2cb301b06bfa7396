import type { Watch } from './reading.ts'

/** `version` is null until the server has answered, `watch` unless the probe serves the page. */
export function PageFooter({ version, watch }: { version: string | null; watch: Watch | null }) {
  const query = watch ? `?target=${encodeURIComponent(watch.target)}` : ''
  return (
    <footer className="wide footer">
      <p>{version ? `Queue Ops ${version}` : 'Queue Ops'}</p>
      {watch && <p>Served by the probe {watch.version}</p>}
      <p>Times are in {Intl.DateTimeFormat().resolvedOptions().timeZone}</p>
      <p>
        <a href={`api/status${query}`}>This report as JSON</a>
      </p>
      {watch && (
        <p>
          <a href={`history.json${query}`}>The history as JSON</a>
        </p>
      )}
    </footer>
  )
}
