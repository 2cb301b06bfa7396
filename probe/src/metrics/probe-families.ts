import type { WatchedTarget } from '@queue-ops/server/contract'
import type { Memory } from '../memory/memory.ts'
import type { Family, Sample } from './family.ts'
import { runFamilies } from './run-families.ts'

/** Everything that the probe tells of itself and of what it watches. */
export function probeFamilies(memory: Memory, about: { version: string; startedAt: Date }): Family[] {
  const { targets } = memory
  return [
    ...runFamilies(targets.flatMap(({ last_result }) => last_result ?? [])),
    ...targetFamilies(targets),
    ...counterFamilies(memory),
    ...ownFamilies(memory, about),
  ]
}

function targetFamilies(targets: readonly WatchedTarget[]): Family[] {
  const gauge = (name: string, help: string, value: (target: WatchedTarget) => number | null): Family => ({
    name: `queue_probe_${name}`,
    help,
    type: 'gauge',
    samples: targets.flatMap((target) => {
      const of = value(target)
      return of === null
        ? []
        : [
            {
              labels: { target: target.name },
              value: of,
            },
          ]
    }),
  })
  return [
    gauge(
      'interval_seconds',
      'From the start of one run to the start of the next.',
      (target) => target.interval_ms / 1000,
    ),
    gauge('status_since_timestamp_seconds', 'Since when every run had the status that it has.', ({ since }) =>
      seconds(since),
    ),
    gauge('last_success_timestamp_seconds', 'When the last run that passed began; 0: none did.', (target) =>
      seconds(target.last_pass_at ?? '1970-01-01T00:00:00Z'),
    ),
    gauge('incident_open', 'Whether the target has an incident: 0 none, 1 a warning, 2 a failure.', ({ incident }) =>
      incident === null ? 0 : incident.severity === 'warn' ? 1 : 2,
    ),
    gauge(
      'incident_started_timestamp_seconds',
      'When the incident that is open began; 0: there is none.',
      ({ incident }) => seconds(incident?.opened_at ?? '1970-01-01T00:00:00Z'),
    ),
    gauge(
      'canary_duration_seconds',
      'From the start of the last canary export that came out to its verified file.',
      (target) => (target.last_canary === null ? null : target.last_canary.canary_ms / 1000),
    ),
    gauge('canary_timestamp_seconds', 'When the run with that canary export began.', ({ last_canary }) =>
      seconds(last_canary?.time ?? null),
    ),
    gauge('maintenance', 'Whether the target is in maintenance, so that nobody is woken.', (target) =>
      Number(target.in_maintenance),
    ),
  ]
}

const seconds = (time: string | null) => (time === null ? null : Date.parse(time) / 1000)

function counterFamilies({ tally, targets }: Memory): Family[] {
  const { runs, failures, notifications } = tally.counts
  const ofTarget = (name: string) => runs.find(({ labels }) => labels.target === name)?.value ?? 0
  return [
    family(
      'counter',
      'runs_total',
      'Runs that ended since the probe was started.',
      targets.map(({ name }) => ({ labels: { target: name }, value: ofTarget(name) })),
    ),
    family('counter', 'failures_total', 'Runs that did not pass, by their reason.', failures),
    family('counter', 'notifications_total', 'Attempts to tell somebody, by what became of them.', notifications),
  ]
}

function ownFamilies(memory: Memory, { version, startedAt }: { version: string; startedAt: Date }): Family[] {
  const waiting = memory.undelivered.map(({ channel, messages }) => ({ labels: { channel }, value: messages.length }))
  return [
    family('gauge', 'undelivered_alerts', 'Alerts that could not be told yet.', waiting),
    family('gauge', 'history_writable', 'Whether the history is being written.', [
      { labels: {}, value: Number(memory.problem === null) },
    ]),
    family('gauge', 'start_timestamp_seconds', 'When the probe was started.', [
      { labels: {}, value: startedAt.getTime() / 1000 },
    ]),
    family('gauge', 'info', 'The version of the probe.', [{ labels: { version }, value: 1 }]),
  ]
}

function family(type: Family['type'], name: string, help: string, samples: Sample[]): Family {
  return { name: `queue_probe_${name}`, help, type, samples }
}
