import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeFolder, makeFolderSync } from './make-folder.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-probe-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe.each([
  ['makeFolder', makeFolder],
  ['makeFolderSync', async (path: string) => makeFolderSync(path)],
])('%s', (_, make) => {
  test('makes what is missing, and leaves what is there', async () => {
    const path = join(folder, 'a', 'b', 'c')
    await make(path)
    await make(path)
    expect((await stat(path)).isDirectory()).toBe(true)
  })

  test('says that a file is in the way', async () => {
    await writeFile(join(folder, 'file'), '')
    for (const path of ['file', 'file/a', 'file/a/b']) {
      await expect(make(join(folder, path))).rejects.toMatchObject({ code: 'ENOTDIR' })
    }
  })

  test.skipIf(!existsSync('/proc/self'))('comes back where nothing can be made', async () => {
    await expect(make('/proc/not-there/a/b')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
