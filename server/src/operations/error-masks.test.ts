import { expect, test } from 'vitest'
import { errorOf, groupOf, keyOf } from './error-masks.ts'

/** Of each error two occurrences, and how people read what they have in common. */
const errors: [pattern: string, one: string, another: string][] = [
  [
    'Error: order <n> of <id> timed out after <n> s',
    'Error: order 17 of 3f0c1b7e-1111-4222-8333-944455556666 timed out after 3.5 s',
    'Error: order 99123 of 00000000-aaaa-4bbb-8ccc-dddddddddddd timed out after 12 s',
  ],
  ['request <id> failed', 'request a9f3c2d188b04e77 failed', 'request 0123456789abcdef failed'],
  ['commit <id> not found', 'commit 8fa29bc not found', 'commit d5fcdd6 not found'],
  ['connect ECONNREFUSED <ip>', 'connect ECONNREFUSED 10.0.0.7:6379', 'connect ECONNREFUSED 192.168.12.254:5432'],
  ['connect ETIMEDOUT <ip>', 'connect ETIMEDOUT 2001:db8:85a3::8a2e:370:7334', 'connect ETIMEDOUT ::1'],
  [
    'ENOENT: no such file, open <text>',
    "ENOENT: no such file, open '/data/a b/1.csv'",
    "ENOENT: no such file, open '/data/O'Neil.csv'",
  ],
  ['cannot read <path>: denied', 'cannot read /srv/exports/x1/part.csv: denied', 'cannot read C:\\data\\b.txt: denied'],
  ['cannot load <path>:<n>', 'cannot load src/jobs/mail.ts:12', 'cannot load src/jobs/deep/er/send.ts:7'],
  ['customer <text> has no address', 'customer "Anna Lee" has no address', 'customer "" has no address'],
  ['GET <url> gave <n>', 'GET https://api.example.com/v1/users/7?a=b gave 404', 'GET http://localhost:3000/x gave 500'],
  ['no inbox <email>', 'no inbox anna.lee+spam@example.co.uk', 'no inbox b_1@mail.example.org'],
  ['expired at <time>', 'expired at 2026-11-24T12:00:00.123Z', 'expired at 2025-01-02 03:04:05'],
  ['No such customer: cus_<id>', 'No such customer: cus_9s6XKzkNRiz8i3', 'No such customer: cus_A1b2C3d4E5f6G7'],
  ['session <id> is gone', 'session V1StGXR8_Z5jdHi6B-myT is gone', 'session 3xAmpleTok3n-Qw9_zX8cV is gone'],
  ['items <n> sold out', 'items 1, 2, 3 sold out', 'items 7 sold out'],
  ['Segfault at <id>', 'Segfault at 0x7ffd12ab', 'Segfault at 0x1'],
  [
    'Unexpected token <text>, <text> is not valid JSON',
    `Unexpected token 'a', "{"a": 1, "b" is not valid JSON`,
    `Unexpected token '<', "<html>"... is not valid JSON`,
  ],
]

test.for(errors)('%s', ([pattern, one, another]) => {
  expect(groupOf(another)).toBe(groupOf(one))
  expect(errorOf(one).replaceAll(/<n>(?:, <n>)+/g, '<n>')).toBe(pattern)
})

/** Digits of any base up to 64, the same with every run. */
function randomDigits(): (base: number) => string {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-'
  let seed = 7
  return (base) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return digits[Math.floor((seed / 2 ** 32) * base)] ?? ''
  }
}
const digit = randomDigits()
const some = (count: number, base: number) => Array.from({ length: count }, () => digit(base)).join('')
const upTo = (limit: number) => Number.parseInt(some(8, 16), 16) % limit
const uuid = () => [8, 4, 4, 4, 12].map((count) => some(count, 16)).join('-')

const causes: (() => string)[] = [
  () => `connect ECONNREFUSED ${upTo(256)}.${upTo(256)}.${upTo(256)}.${upTo(256)}:${upTo(65_536)}`,
  () => `Request ${some(8 + upTo(25), 16)} failed with status code 503`,
  () => `Order ${uuid()} of tenant ${uuid()} not found`,
  () => `ENOENT: no such file or directory, open '/var/data/${some(6, 36)}/part ${upTo(1000)}.csv'`,
  () => `Customer "${some(1 + upTo(20), 36)} O'${some(4, 62)}" has no address`,
  () => `Timeout of ${upTo(100_000)} ms exceeded at ${new Date(upTo(2 ** 31) * 1000).toISOString()}`,
  () => `GET https://api.example.com/v1/${some(5, 36)}/${upTo(1000)}?t=${some(20, 64)} returned ${500 + upTo(12)}`,
]

test('35,000 reasons of seven causes are seven groups', () => {
  const groups = new Map<string, number>()
  for (let n = 0; n < 35_000; n += 1) {
    const key = keyOf(causes[n % causes.length]?.() ?? '')
    groups.set(key, (groups.get(key) ?? 0) + 1)
  }
  expect([...groups.values()]).toEqual(causes.map(() => 5000))
})

test('no two of these errors are taken for one', () => {
  expect(new Set(errors.map(([, one]) => groupOf(one))).size).toBe(errors.length)
})

test('an id that happens to have only digits, or only letters, is in the same group', () => {
  const ids = ['12345678', 'abcdefab', '1234567a', '00000000000000000000000000000000']
  expect(new Set(ids.map((id) => groupOf(`request ${id} failed`))).size).toBe(1)
})

test('words stay what they are', () => {
  const words = [
    'the decade was effaced by acceded',
    "can't find the user's thing",
    'and/or read/write application/json',
    'SequelizeConnectionRefusedError: SQLITE_CONSTRAINT_FOREIGNKEY',
    'Foo::Bar.baz is not a function',
    'ECONNRESET from getaddrinfo db.internal.example.com',
  ]
  expect(words.map(errorOf)).toEqual(words)
})

test('what stands beside a number tells errors apart', () => {
  const different = [
    'sha256 failed',
    'sha-1 failed',
    'worker-17 failed',
    'order_17 failed',
    'failed after 30s',
    'failed',
  ]
  expect(new Set(different.map(groupOf)).size).toBe(different.length)
})

test('numbers and ids of different lengths do not push the rest of an error out of sight', () => {
  const ids = (digits: number) => Array.from({ length: 40 }, () => '7'.repeat(digits)).join(' and ')
  expect(groupOf(`Error: orders ${ids(3)} are late`)).toBe(groupOf(`Error: orders ${ids(7)} are late`))
  expect(errorOf(`Error: orders ${ids(3)} are late`)).toHaveLength(300)
})

test('only the first line counts, and spaces count once', () => {
  expect(groupOf('Error: a\n    at x')).toBe(groupOf('Error: a\n    at y'))
  expect(groupOf('Error: a')).not.toBe(groupOf('Error: b'))
  expect(keyOf('  Error:\ta  b\r\n c')).toBe('Error: a b')
})

test('a reason made to be slow is not', () => {
  const began = performance.now()
  for (const text of ['"', "'", '/', 'a/', 'a-', '1.', 'a.', 'a@', '-_', 'a1', ':', '[a:', '\\\\', '2026-'])
    keyOf(text.repeat(5000))
  // Each takes a few milliseconds; one that is tried in all ways takes minutes.
  expect(performance.now() - began).toBeLessThan(5000)
})
