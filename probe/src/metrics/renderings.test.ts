import { expect, test } from 'vitest'
import { exposition } from './exposition.ts'
import type { Family } from './family.ts'
import { otlpRequest } from './otlp.ts'

const families: Family[] = [
  { name: 'a_seconds', help: 'How\nlong \\.', type: 'gauge', samples: [{ labels: {}, value: 0.25 }] },
  { name: 'b_total', help: 'B.', type: 'counter', samples: [{ labels: { x: '"\\\n', y: '2' }, value: 3 }] },
  { name: 'c', help: 'None.', type: 'gauge', samples: [] },
]

test('Prometheus’ text format', () => {
  expect(exposition(families)).toBe(
    [
      '# HELP a_seconds How\\nlong \\\\.',
      '# TYPE a_seconds gauge',
      'a_seconds 0.25',
      '# HELP b_total B.',
      '# TYPE b_total counter',
      'b_total{x="\\"\\\\\\n",y="2"} 3',
      '',
    ].join('\n'),
  )
})

test('OTLP’s JSON', () => {
  const startedAt = new Date('2026-11-24T12:00:00.000Z')
  const now = new Date('2026-11-24T12:00:01.500Z')
  const { resourceMetrics } = otlpRequest(families, { version: '1', startedAt, now })
  const timeUnixNano = '1795521601500000000'
  expect(resourceMetrics[0]?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'queue-ops-probe' },
  })
  expect(resourceMetrics[0]?.scopeMetrics[0]?.metrics).toEqual([
    {
      name: 'a_seconds',
      description: 'How\nlong \\.',
      unit: 's',
      gauge: { dataPoints: [{ attributes: [], timeUnixNano, asDouble: 0.25 }] },
    },
    {
      name: 'b_total',
      description: 'B.',
      unit: '',
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [
          {
            attributes: [
              { key: 'x', value: { stringValue: '"\\\n' } },
              { key: 'y', value: { stringValue: '2' } },
            ],
            startTimeUnixNano: '1795521600000000000',
            timeUnixNano,
            asDouble: 3,
          },
        ],
      },
    },
  ])
})
