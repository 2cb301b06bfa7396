import { randomUUID } from 'node:crypto'
import type { Incident, ProbeAlert } from '@queue-ops/server/contract'
import type { Channel } from '../alerts/channel.ts'
import { send } from '../alerts/send.ts'
import { openFile } from '../chosen-targets.ts'
import { makeAlert } from '../memory/make-alert.ts'
import type { Command } from './command.ts'

export const testAlert: Command = {
  words: 'test-alert',
  args: 'CHANNEL --config FILE',
  help: 'sends an alert and its end to a channel of the file',
  async run(args, { variables, print, complain }) {
    const [name, flag, file, ...more] = args[0] === '--config' ? [args[2], args[0], args[1], ...args.slice(3)] : args
    if (name === undefined || flag !== '--config' || file === undefined || more.length > 0) {
      complain('test-alert needs the name of a channel and --config FILE')
      return 3
    }
    const { config, mistakes } = openFile(file, variables)
    mistakes.forEach(complain)
    if (config === null) return 3
    const names = config.sections.alerts.map((channel) => channel.name)
    const channel = config.sections.alerts.find((each) => each.name === name)
    if (channel === undefined) {
      complain(names.length === 0 ? 'the file has no alerts' : `the channel must be one of ${names.join(', ')}`)
      return 3
    }
    return await sendBoth(channel, print)
  },
}

/** Both are tried: what was opened is to be closed even when the answer to the first was not understood. */
async function sendBoth(channel: Channel, print: (text: string) => void): Promise<number> {
  let code = 0
  const opened = new Date()
  const test = randomUUID()
  for (const event of ['fail', 'resolve'] as const) {
    const alert = testOf(event, test, opened)
    const delivery = { id: randomUUID(), now: new Date() }
    const attempt = await send(() => channel.request(alert, delivery), new AbortController().signal)
    const said = attempt.answer === '' ? '' : `: ${attempt.answer}`
    print(`${channel.name} ${event}: ${attempt.ok ? 'delivered' : 'NOT delivered'}, ${attempt.words}${said}\n`)
    if (!attempt.ok) code = 3
  }
  return code
}

function testOf(event: 'fail' | 'resolve', id: string, opened: Date): ProbeAlert {
  const incident: Incident = {
    id,
    target: 'queue-ops-probe test',
    severity: 'fail',
    reason: 'unhealthy',
    message: 'This is a test of the alerts: nothing is wrong.',
    flapping: false,
    opened_at: opened.toISOString(),
    closed_at: event === 'resolve' ? new Date().toISOString() : null,
  }
  return { ...makeAlert(event, incident, null, new Date()), dedup_key: `queue-ops-probe-test-${id}` }
}
