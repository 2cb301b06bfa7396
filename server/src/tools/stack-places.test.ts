import { expect, test } from 'vitest'
import { withoutFolders } from './stack-places.ts'

test('places of the server are told from its own folder on', () => {
  const here = import.meta.url.replace(/\/tools\/.*/, '')
  const stack = `Error: gone\n    at read (${here}/exports/exports.js:12:5)`
  expect(withoutFolders(stack)).toMatch(/^Error: gone\n {4}at read \(server\/\w+\/exports\/exports\.js:12:5\)$/)
  expect(withoutFolders(stack.replaceAll('file://', ''))).toBe(withoutFolders(stack))
})

test('of other absolute paths the last two parts are told', () => {
  const told = {
    'at f (/srv/apps/mail/dist/send.js:3:9)': 'at f (…/dist/send.js:3:9)',
    'at file:///home/ann/mail/send.mjs:3:9': 'at …/mail/send.mjs:3:9',
    'at f (C:\\Users\\ann\\mail\\send.js:3:9)': 'at f (…/mail/send.js:3:9)',
    "ENOENT: no such file or directory, open '/var/lib/mail/box.db'":
      "ENOENT: no such file or directory, open '…/mail/box.db'",
  }
  for (const [stack, expected] of Object.entries(told)) expect(withoutFolders(stack)).toBe(expected)
})

test('what is no path of a machine stays', () => {
  for (const text of [
    'at node:internal/process/task_queues:95:5',
    'GET https://example.com/a/b/c failed',
    '3/4 of 1/2/3',
    'at src/mail/send.ts:1:2',
    'and/or',
  ])
    expect(withoutFolders(text)).toBe(text)
})
