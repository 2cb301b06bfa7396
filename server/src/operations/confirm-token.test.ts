import { expect, test } from 'vitest'
import { operationIdOf, readToken, writeToken, type Previewed } from './confirm-token.ts'

const previewed: Previewed = {
  kind: 'retry',
  queue: 'mail',
  selection: { filter: { name: 'send', reason_contains: 'x' } },
  principal: null,
}
const seen = { list: 'Zm9vYmFy-_x', count: 20_000 }
const token = writeToken('key', previewed, seen, 1000)

test('a token gives what its preview has seen, in whichever order the selection is told', () => {
  expect(readToken('key', previewed, token, 2000)).toEqual(seen)
  const turned = { ...previewed, selection: { filter: { reason_contains: 'x', name: 'send' } } }
  expect(readToken('key', turned, token, 2000)).toEqual(seen)
})

const others: Record<string, Partial<Previewed>> = {
  'another action': { kind: 'discard' },
  'another queue': { queue: 'video' },
  'another selection': { selection: { filter: {} } },
  'another caller': { principal: 'eve' },
}
for (const [title, other] of Object.entries(others)) {
  test(`a token is refused for ${title}`, () => {
    expect(() => readToken('key', { ...previewed, ...other }, token, 2000)).toThrow(
      'repeat the arguments of its preview',
    )
  })
}

test('a token that somebody made or changed is refused', () => {
  for (const forged of [
    '',
    'x',
    token.replace('20000', '20001'),
    `${token}x`,
    `${token}.x`,
    `${token}.`,
    `${token.slice(0, -1)}é`,
    writeToken('other', previewed, seen, 1000),
  ])
    expect(() => readToken('key', previewed, forged, 2000)).toThrow('This confirm_token is not for this')
})

test('an old token is refused', () => {
  expect(() => readToken('key', previewed, token, 1000 + 15 * 60_000 + 1)).toThrow('older than 15 minutes')
})

test('two lists never share an operation', () => {
  expect(operationIdOf('a')).not.toBe(operationIdOf('b'))
  expect(operationIdOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
})
