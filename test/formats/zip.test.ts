import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { zip, type ZipEntry } from '@queue-ops/server/formats/zip'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/program.ts'
import { python } from './python.ts'

async function* repeated(text: string, times: number) {
  for (let time = 0; time < times; time++) yield text
}

async function* entries(): AsyncGenerator<ZipEntry> {
  yield { path: 'first.txt', pieces: repeated('é', 1) }
  // More than 32 bits can count, as the sheet of a very wide table may be.
  yield { path: 'folder/large.txt', pieces: repeated('x'.repeat(80_000), 55_000) }
  yield { path: 'last.txt', pieces: repeated('', 1) }
}

test('an archive with more than 4 GiB in one file is sound for another reader', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'large.zip')
  await pipeline(zip(entries()), createWriteStream(file))
  const program = `import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(json.dumps([archive.testzip(), [[entry.filename, entry.file_size] for entry in archive.infolist()], archive.read('first.txt').decode()]))`
  const { stdout } = await promisify(execFile)(python, ['-c', program, file])
  expect(JSON.parse(stdout)).toEqual([
    null,
    [
      ['first.txt', 2],
      ['folder/large.txt', 4_400_000_000],
      ['last.txt', 0],
    ],
    'é',
  ])
})
