import { expect, test } from 'vitest'
import { startAlertmanager } from '../support/alertmanager.ts'
import { eventually } from '../support/eventually.ts'
import { probeConfig, startProbeDaemon } from '../support/probe-daemon.ts'
import { temporaryFolder } from '../support/program.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { startSwitchableTarget } from '../support/switchable-target.ts'

const defaults = { interval: '150ms', timeout: '2s', jitter: '0%' }

interface Notification {
  status: string
  alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string>; startsAt: string }[]
}

const notifications = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body) as Notification)

/** Of each notification its alerts, as `severity status`. */
const told = (receiver: Receiver) =>
  notifications(receiver).map(({ alerts }) =>
    alerts.map(({ labels, status }) => `${labels['severity']} ${status}`).toSorted(),
  )

test('a real Alertmanager tells of an incident once, of its getting worse, and of its end', async () => {
  await using folder = await temporaryFolder()
  await using target = await startSwitchableTarget()
  await using receiver = await startReceiver()
  await using alertmanager = await startAlertmanager(receiver.url)
  const alerts = [{ type: 'alertmanager', url: `${alertmanager.url}/`, labels: { team: 'exports' } }]
  const config = { defaults, targets: [{ name: 'exports', url: target.url }], alerts, history: 'h.sqlite' }
  const args = ['--config', await probeConfig(folder.path, config)]
  await using daemon = startProbeDaemon(args)
  target.become('degraded', 'slow today')
  await eventually(() => expect(told(receiver)).toEqual([['warning firing']]))
  target.become('ill', 'all consumers are gone')
  await eventually(() => expect(told(receiver).flat()).toContain('critical firing'))
  await eventually(() => expect(told(receiver).flat()).toContain('warning resolved'))
  await daemon.stop('SIGKILL')
  await using again = startProbeDaemon(args)
  target.become('well')
  await eventually(() => expect(told(receiver).at(-1)).toContain('critical resolved'))
  await again.stop()

  const all = notifications(receiver).flatMap((notification) => notification.alerts)
  expect(new Set(all.map(({ startsAt }) => startsAt)).size).toBe(1)
  expect(all.every(({ labels }) => labels['team'] === 'exports' && labels['target'] === 'exports')).toBe(true)
  expect(all.find(({ labels }) => labels['severity'] === 'critical')?.annotations['summary']).toMatch(
    /^WORSE exports for \d+ s: .*all consumers are gone/,
  )
})
