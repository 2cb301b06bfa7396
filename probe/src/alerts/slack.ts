import type { ProbeAlert } from '@queue-ops/server/contract'
import { z } from 'zod'
import { oneLine } from '../sentence.ts'
import { channel, shared } from './channel.ts'
import { oneOf, readUrl, secretKeys, secretOf } from './secret.ts'
import { headline, lasted } from './sentences.ts'

/** A message by an incoming webhook of Slack (or Mattermost): one line for the lock screen, and at most four fields. */
export const slack = z
  .strictObject({ type: z.literal('slack'), ...shared, ...secretKeys('url') })
  .refine(...oneOf('url', 'required'))
  .transform((settings) => {
    const url = secretOf(settings, 'url') ?? { value: '' }
    return channel(settings, async (alert) => {
      const body = JSON.stringify(message(alert))
      return { url: await readUrl(url), headers: { 'content-type': 'application/json' }, body }
    })
  })

function message(alert: ProbeAlert) {
  const line = escaped(headline(alert, 400))
  const fields = [
    ['Reason', alert.reason],
    ['Since', alert.started_at.replace('.000Z', 'Z')],
    ['Lasted', alert.event === 'fail' ? null : lasted(alert)],
    ['Checks', alert.findings.map(({ queue, name }) => `${queue}: ${name}`).join(', ') || null],
  ].flatMap(([name, value]) =>
    value === null ? [] : [{ type: 'plain_text', text: oneLine(`${name}: ${value}`, 300), emoji: false }],
  )
  return {
    text: line,
    unfurl_links: false,
    blocks: [
      { type: 'section', text: { type: 'plain_text', text: headline(alert, 400), emoji: false } },
      { type: 'section', fields },
    ],
  }
}

/** Text from a target may hold `<!channel>`, which calls everybody, or a link: these three characters make them. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
