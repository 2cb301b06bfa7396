import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Contender } from '../contender.ts'
import { readObjects } from '../read-rows.ts'
import { rivals } from '../rivals.ts'

interface JsonStreamStringify {
  JsonStreamStringify: new (input: Readable) => Readable
}

export const jsonStreamStringify: Contender = {
  id: 'json-stream-stringify',
  name: 'json-stream-stringify',
  kind: 'json',
  absent: rivals.absent,
  version: () => `json-stream-stringify ${rivals.version('json-stream-stringify')}`,
  async load() {
    const { JsonStreamStringify } = (await rivals.load('json-stream-stringify')) as JsonStreamStringify
    return ({ database }, file) =>
      pipeline(new JsonStreamStringify(Readable.from(readObjects(database))), createWriteStream(file))
  },
}

/** The naive one: everything in memory, and one text of it, which V8 limits to 512 MiB. */
export const jsonStringify: Contender = {
  id: 'json-stringify',
  name: 'JSON.stringify, all in memory',
  kind: 'json',
  heapMiB: 8192,
  load:
    async () =>
    ({ database }, file) =>
      writeFile(file, JSON.stringify([...readObjects(database)])),
}

/** The naive one that streams. */
export const jsonLines: Contender = {
  id: 'json-lines',
  name: 'JSON.stringify, row by row',
  kind: 'ndjson',
  load: async () => {
    function* lines(database: string) {
      for (const row of readObjects(database)) yield `${JSON.stringify(row)}\n`
    }
    return ({ database }, file) => pipeline(Readable.from(lines(database)), createWriteStream(file))
  },
}
