import type { GetJobOutput } from '@queue-ops/server/contract'
import { pretty } from './pretty.ts'

/** What producers and workers wrote, cut by the server: shown as text and as nothing else. */
export function JobTexts({ job }: { job: GetJobOutput }) {
  const { data, progress, return_value: result, reason, stack, logs } = job.untrusted
  const texts: [string, string][] = [
    ['Why it failed', reason],
    ['Stack of the last attempt', stack],
    ['Data', pretty(data)],
    ['Progress', pretty(progress)],
    ['Return value', pretty(result)],
    ['Last lines of its log', logs.join('\n')],
  ]
  return (
    <>
      {texts
        .filter(([, text]) => isThere(text))
        .map(([title, text]) => (
          <section key={title} className="job-text-block" aria-label={title}>
            <h3>{title}</h3>
            <pre>{text}</pre>
          </section>
        ))}
    </>
  )
}

/** What was never set is nothing to show: BullMQ begins a progress as 0. */
const isThere = (text: string) => !['', 'null', 'undefined', '0', '{}', '""'].includes(text.trim())
