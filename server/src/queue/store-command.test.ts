import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runStoreCommand } from './store-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
afterAll(() => rmSync(folder, { recursive: true }))

const empty = join(folder, 'empty.sqlite')
writeFileSync(empty, '')
const text = join(folder, 'text.sqlite')
writeFileSync(text, 'no database '.repeat(300))
mkdirSync(join(folder, 'taken'))

const run = (args: string[], path = empty) => runStoreCommand(args, `sqlite:${path}`, folder)

const mistakes: Record<string, [args: string[], told: string]> = {
  'backup without a name': [['backup'], 'queue-ops store backup needs the name of a new file and nothing else.'],
  'backup with an empty name': [
    ['backup', ''],
    'queue-ops store backup needs the name of a new file and nothing else.',
  ],
  'backup with two names': [
    ['backup', 'a', 'b'],
    'queue-ops store backup needs the name of a new file and nothing else.',
  ],
  'restore without a name': [['restore'], 'queue-ops store restore needs the name of a backup and nothing else.'],
  'check with a name': [['check', 'a'], 'queue-ops store check takes nothing else.'],
  'repair with a name': [['repair', 'a'], 'queue-ops store repair takes nothing else.'],
  'no command': [[], 'There is no such command; the commands are:'],
  'another command': [['destroy'], 'There is no such command; the commands are:'],
  'a word that every object knows': [['constructor'], 'There is no such command; the commands are:'],
  'a backup in a folder that is missing': [['backup', 'nowhere/copy'], 'nowhere/copy cannot be made: see its name'],
  'a backup with too long a name': [['backup', 'x'.repeat(300)], 'cannot be made: see its name, its folder'],
  'a backup with the name of a folder': [['backup', 'taken'], 'taken exists already: name a new file.'],
  'restoring what is missing': [['restore', 'nothing'], 'there is no file'],
}
for (const [what, [args, told]] of Object.entries(mistakes)) {
  test(`${what}: the answer says what is wrong or needed`, async () => {
    await expect(run(args)).rejects.toThrow(told)
  })
}

test('a queue file that is none, or not there, is named with what to do', async () => {
  const missing = join(folder, 'missing.sqlite')
  for (const command of [['check'], ['repair'], ['backup', 'copy']]) {
    await expect(run(command, missing)).rejects.toThrow(`There is no queue file ${missing}: set DATA_DIR or QUEUE_URL.`)
  }
  await expect(run(['check'], '/dev/null')).rejects.toThrow('/dev/null is not a regular file.')
  await expect(run(['check'], folder)).rejects.toThrow(`${folder} is not a regular file.`)
  await expect(run(['check'], text)).rejects.toThrow(`the queue file ${text} is not a SQLite database`)
})

test('commands of another store are refused', async () => {
  await expect(runStoreCommand(['check'], 'redis://localhost', folder)).rejects.toThrow('This command is for SQLite')
  await expect(run(['migrate'])).rejects.toThrow('Only a PostgreSQL store is migrated by a command.')
})

test('an empty file is an empty queue', async () => {
  expect(await run(['check'])).toEqual({ text: 'The queue file is empty: no queue was ever put into it.', ok: true })
  expect(await run(['repair'])).toMatchObject({ ok: true })
})
