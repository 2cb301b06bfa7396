import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findWhole, leaveUnfinished, removeUnfinished, UnfinishedFile, type Place } from './unfinished-file.ts'

let place: Place
beforeEach(() => {
  place = { folder: mkdtempSync(join(tmpdir(), 'queue-ops-')), id: 'job', minFreeBytes: 0, attempt: randomUUID() }
})
afterEach(() => rmSync(place.folder, { recursive: true, force: true }))

/** Another attempt. */
function begin(fingerprint: string): Promise<UnfinishedFile> {
  place = { ...place, attempt: randomUUID() }
  return UnfinishedFile.begin(place, fingerprint)
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
/** The unfinished file of our job is named `part`. */
const there = () =>
  readdirSync(place.folder)
    .map((name) => name.replace(/^\.job\..{36}\.part$/, 'part'))
    .toSorted()

/** An attempt whose worker dies: three rows are safe, what follows is not. */
async function dyingAttempt() {
  const file = await begin('made of this')
  await file.write('a\nb\nc\n')
  await (
    await file.checkpoint(3, [3n, 'c'])
  ).safe
  await file.write('half a li')
  await file.close()
  return file
}

async function finishedText(file: UnfinishedFile): Promise<string> {
  const { bytes, sha256: hash } = await file.finish(4, [])
  const text = readFileSync(file.path, 'utf8')
  expect({ bytes, hash }).toEqual({ bytes: Buffer.byteLength(text), hash: sha256(text) })
  return text
}

test('an attempt goes on behind the rows that are safe, and the checksum is of the whole file', async () => {
  await dyingAttempt()
  const file = await begin('made of this')
  expect(file.resumed).toMatchObject({ rows: 3, key: [3n, 'c'] })
  await file.write(Buffer.from('d\n'))
  expect(await finishedText(file)).toBe('a\nb\nc\nd\n')
})

test('a key keeps its large integers, bytes, nulls and what is no finite number', async () => {
  const key = [2n ** 63n - 1n, new Uint8Array([0, 255]), null, 1.5, true, 'x', -0, NaN, Infinity, -Infinity, 5e-324]
  const file = await begin('f')
  await file.write('x')
  await (
    await file.checkpoint(1, key)
  ).safe
  await file.close()
  const next = await begin('f')
  expect(next.resumed?.key).toEqual(key)
  await next.close()
})

test('a file that cannot be gone on with is begun anew', async () => {
  await dyingAttempt()
  const file = await (await begin('made of this')).beginAnew()
  expect(file.resumed).toBeNull()
  expect(there()).toHaveLength(2)
  await file.write('z\n')
  expect(await finishedText(file)).toBe('z\n')
})

test('what another attempt has taken over is not begun anew', async () => {
  await dyingAttempt()
  const sleeper = await begin('made of this')
  const file = await begin('made of this')
  await expect(sleeper.beginAnew()).rejects.toThrow('Another worker has taken this export over')
  await file.write('d\n')
  expect(await finishedText(file)).toBe('a\nb\nc\nd\n')
})

const lost: Record<string, (file: UnfinishedFile) => Promise<void> | void> = {
  'that is made of something else': () => undefined,
  'whose bytes are gone': (file) => rmSync(file.path),
  'that is shorter than it should be': (file) => writeFileSync(file.path, 'a\n'),
  'whose checkpoint a loss of power has emptied': () => writeFileSync(join(place.folder, '.job.checkpoint'), ''),
}
for (const [title, lose] of Object.entries(lost)) {
  test(`a file ${title} is begun anew`, async () => {
    await lose(await dyingAttempt())
    const file = await begin(title.includes('else') ? 'made of that' : 'made of this')
    expect(file.resumed).toBeNull()
    await file.write('z')
    expect(await finishedText(file)).toBe('z')
  })
}

test('who was taken for dead and writes on does no harm', async () => {
  const sleeper = await begin('f')
  await sleeper.write('a\n')
  await (
    await sleeper.checkpoint(1, ['a'])
  ).safe
  const file = await begin('f')
  await sleeper.write('late\n')
  await file.write('b\n')
  await sleeper.write('later\n')
  expect(await finishedText(file)).toBe('a\nb\n')
  await sleeper.close()
})

test('who was taken for dead and ends touches nothing of the attempt that has taken over', async () => {
  const sleeper = await begin('f')
  const sleepersPlace = place
  await sleeper.write('a\n')
  const file = await begin('f')
  await file.write('b\n')
  await (
    await sleeper.checkpoint(1, ['a'])
  ).safe
  await expect(sleeper.write('late')).rejects.toThrow('Another worker has taken this export over')
  await sleeper.close()
  await leaveUnfinished(sleepersPlace)
  await (
    await file.checkpoint(1, ['b'])
  ).safe
  expect(await finishedText(file)).toBe('b\n')
})

test('only the newest unfinished file of a job is kept, and those of others', async () => {
  writeFileSync(join(place.folder, '.other.1.part'), '')
  await dyingAttempt()
  await (await begin('f')).close()
  expect(there()).toEqual(['.job.checkpoint', '.other.1.part', 'part'])
  await removeUnfinished(place)
  expect(there()).toEqual(['.other.1.part'])
})

test('a file whose worker dies again and again at the same place is given up, one that gets on is not', async () => {
  const dying = async () => (await begin('made of this')).close()
  for (let time = 0; time < 29; time++) await dying()
  await dyingAttempt()
  for (let time = 0; time < 30; time++) await dying()
  await expect(dying()).rejects.toMatchObject({ code: 'worker_died' })
})

test('an export that starts over each time and gets no further than before is given up, one that gets further is not', async () => {
  const startingOver = async (rows: number) => {
    const file = await (await begin('made of this')).beginAnew()
    await file.write('x')
    await (
      await file.checkpoint(rows, [rows])
    ).safe
    await file.close()
  }
  for (let rows = 100; rows <= 130; rows++) await startingOver(rows)
  for (let time = 0; time < 30; time++) await startingOver(100)
  await expect(startingOver(100)).rejects.toMatchObject({
    code: 'worker_died',
    message: 'The worker died 30 times without this export getting any further: see its log for the cause.',
  })
})

test('how far an export came that was made of something else does not count', async () => {
  await dyingAttempt()
  for (let time = 0; time < 29; time++) await (await begin('made of this')).close()
  const other = await begin('made of that')
  await other.write('x')
  await (
    await other.checkpoint(1, [1])
  ).safe
  await other.close()
  await expect((await begin('made of that')).close()).resolves.toBeUndefined()
})

test('an attempt that was ended on purpose does not count, and leaves only what can be gone on with', async () => {
  for (let time = 0; time < 40; time++) {
    await (await begin('f')).close()
    await leaveUnfinished(place)
  }
  expect(there()).toEqual([])
  await dyingAttempt()
  await leaveUnfinished(place)
  expect(there()).toHaveLength(2)
})

test('a disk that refuses is told without the path', async () => {
  rmSync(place.folder, { recursive: true })
  await expect(begin('f')).rejects.toMatchObject({
    code: 'file_unwritable',
    message: 'The export file cannot be written: its folder is gone. Let the operator put it back.',
  })
})

test('a whole file that could not be published is found again, as long as it is there and of the same', async () => {
  const file = await begin('made of this')
  await file.write('a\n')
  const whole = await file.finish(1, ['a note'])
  await leaveUnfinished(place)
  expect(await findWhole(place, 'made of this')).toEqual({ path: file.path, whole })
  expect(await findWhole(place, 'made of that')).toBeNull()
  writeFileSync(file.path, 'a')
  expect(await findWhole(place, 'made of this')).toBeNull()
  const next = await begin('made of this')
  expect(next.resumed).toBeNull()
  await next.close()
  expect(await findWhole(place, 'made of this')).toBeNull()
})

test('a disk with less room than has to stay free takes no file, and the sentence says how much there is', async () => {
  const greedy = { ...place, minFreeBytes: 2 ** 60 }
  await expect(UnfinishedFile.begin(greedy, 'f')).rejects.toMatchObject({
    code: 'file_unwritable',
    message: expect.stringMatching(/: \d+ MB are free on .* 1099511627776 MB have to stay free \(EXPORT_MIN_FREE_MB\)/),
  })
  expect(there()).toEqual([])
})
