import { readdirSync, readFileSync } from 'node:fs'
import type { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { Queue } from 'bullmq'
import { Router } from 'express'
import type { Store } from '../queue/store.ts'
import { CanaryFreeAdapter } from './board-canary.ts'

/**
 * A queue in a SQLite file as Bull Board sees it. The store panel has fixed rows, made for Redis; {@link sqliteWords} says
 * what stands in them here.
 */
export class SqliteBoardAdapter extends CanaryFreeAdapter {
  readonly #inspectFile: () => ReturnType<Store['inspectFile']>

  constructor(
    queue: Queue,
    store: Pick<Store, 'inspectFile' | 'readCounts'>,
    options: ConstructorParameters<typeof BullMQAdapter>[1] = {},
  ) {
    super(queue, store, options)
    this.#inspectFile = () => store.inspectFile(queue)
  }

  override async getDatastoreStats(): ReturnType<BullMQAdapter['getDatastoreStats']> {
    const file = await this.#inspectFile()
    return (
      file && {
        version: file.sqliteVersion,
        os: `WAL, synchronous=${file.synchronous}`,
        uptime: Math.floor(process.uptime()),
        // Asked for by the shape and shown on PostgreSQL only.
        port: 0,
        memory: {
          used: file.sizeBytes,
          total: file.sizeBytes + file.freeBytes,
          peak: file.logBytes,
          fragmentationRatio: Math.round(file.unusedPart * 100) / 100,
        },
        clients: { connected: file.clients, blocked: file.clientProcesses },
      }
    )
  }
}

interface Words {
  REDIS: { MODE: string }
}

/** The rows of the store panel. They stand in English in every language, since a translation would name other values. */
const panelWords = ({ MODE }: Words['REDIS']) => ({
  MEMORY_USAGE: 'Queue file, of the room it has',
  PEEK_MEMORY: 'Write-ahead log',
  FRAGMENTATION_RATIO: 'Unused part of the file',
  CONNECTED_CLIENTS: 'Workers and listeners connected',
  BLOCKED_CLIENTS: 'Processes they run in',
  OS: MODE,
  UP_TIME: 'Up time of this server',
})

const locales = new URL('dist/static/locales/', import.meta.resolve('@bull-board/ui/package.json'))

/** Serves the words of Bull Board's page, before it does so itself, with SQLite where it says Redis. */
export function sqliteWords(): Router {
  const languages = readdirSync(locales)
  return Router().get('/static/locales/:language/messages.json', (req, res, next) => {
    const { language } = req.params
    if (!languages.includes(language)) return next()
    const text = readFileSync(new URL(`${language}/messages.json`, locales), 'utf8')
    const words = JSON.parse(text.replaceAll('Redis', 'SQLite')) as Words
    res.set('Cache-Control', 'no-cache').json({ ...words, REDIS: { ...words.REDIS, ...panelWords(words.REDIS) } })
  })
}
