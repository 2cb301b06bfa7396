import { expect, test } from 'vitest'
import { addressOf, placeOf, type Route } from './route.ts'

const routes: Route[] = [
  { view: 'overview' },
  { view: 'queue', queue: 'mail/eu?&#%' },
  { view: 'failures', queue: 'mail' },
  { view: 'group', queue: 'mail', group: 'a1b2' },
  { view: 'search', queue: 'mail' },
  { view: 'job', queue: 'mail', jobId: 'repeat:1/2 ü' },
  { view: 'operations' },
  { view: 'operation', operationId: '0-1' },
  { view: 'exports' },
]

test.each(routes)('the address of %o leads to it', (route) => {
  const { route: read, query } = placeOf(addressOf(route, { q: 'a&b=c', none: null }))
  expect(read).toEqual(route)
  expect([...query]).toEqual([['q', 'a&b=c']])
})

test('the list of queues is the overview', () => expect(placeOf('queues').route).toEqual({ view: 'overview' }))

test.each(['queues/mail/else', 'queues/mail/jobs/1/2', 'exports/a', 'operations/1/2', 'else'])(
  '"%s" leads nowhere',
  (address) => expect(placeOf(address).route).toEqual({ view: 'unknown' }),
)

test('what is not properly encoded is taken as it is', () => {
  expect(placeOf('queues/100%').route).toEqual({ view: 'queue', queue: '100%' })
})
