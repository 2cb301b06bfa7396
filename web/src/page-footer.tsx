/** `version` is null until the server has answered. */
export function PageFooter({ version }: { version: string | null }) {
  return (
    <footer className="wide footer">
      <p>{version ? `Queue Ops ${version}` : 'Queue Ops'}</p>
      <p>Times are in {Intl.DateTimeFormat().resolvedOptions().timeZone}</p>
      <p>
        <a href="api/status">This report as JSON</a>
      </p>
    </footer>
  )
}
