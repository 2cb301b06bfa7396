import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPage } from '../support/browser.ts'
import { temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { done } from './answers.ts'
import { openBoard, type Board } from './board.ts'

async function openSqliteBoard() {
  const folder = await temporaryFolder()
  const file = join(folder.path, 'queue.sqlite')
  const board = await openBoard(`sqlite:${file}`)
  return {
    file,
    board,
    async [Symbol.asyncDispose]() {
      await board[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** The words of the page in a language, from the board. */
async function words({ url }: Pick<Board, 'url'>, language: string) {
  const response = await fetch(new URL(`static/locales/${language}/messages.json`, url))
  return { status: response.status, text: await response.text() }
}

test('the store panel tells the version, the sizes and the connections of the queue file', async () => {
  await using desk = await openSqliteBoard()
  const { file, board } = desk
  await board.openTaker()
  await board.openTaker()
  const size = statSync(file).size
  const stats = await board.onBoard('GET', 'redis/stats')
  expect(stats).toMatchObject(
    done({
      version: process.versions['sqlite'],
      os: 'WAL, synchronous=normal',
      memory: { used: size, peak: statSync(`${file}-wal`).size, fragmentationRatio: 0 },
      clients: { connected: 2, blocked: 1 },
    }),
  )
  const { memory } = stats.body as { memory: { total: number } }
  expect(memory.total).toBeGreaterThan(size)
})

test('the store panel tells which part of the file what was removed has left unused', async () => {
  await using desk = await openSqliteBoard()
  const { queue, onBoard } = desk.board
  const data = { text: 'x'.repeat(5000) }
  await queue.addBulk(Array.from({ length: 100 }, () => ({ name: 'a', data })))
  await queue.obliterate()
  const { body } = await onBoard('GET', 'redis/stats')
  const { memory } = body as { memory: { fragmentationRatio: number } }
  expect(memory.fragmentationRatio).toBeGreaterThan(0.5)
  expect(memory.fragmentationRatio).toBeLessThan(1)
})

test('the page says SQLite in every language, and only there', async () => {
  await using desk = await openSqliteBoard()
  const english = await words(desk.board, 'en-US')
  expect(JSON.parse(english.text)).toMatchObject({
    REDIS: { TITLE: 'SQLite details', PEEK_MEMORY: 'Write-ahead log', VERSION: 'Version', OS: 'Mode' },
    MODAL: { CLOSE_BTN: 'Close' },
  })
  const german = await words(desk.board, 'de-DE')
  expect(JSON.parse(german.text)).toMatchObject({ REDIS: { TITLE: 'SQLite-Details', OS: 'Modus' } })
  expect(english.text + german.text).not.toContain('Redis')
  expect((await words(desk.board, 'xx-XX')).status).toBe(404)
})

test('on Redis the page keeps its own words', async () => {
  await using redis = await startRedis()
  await using board = await openBoard(redis.url)
  const { text } = await words(board, 'en-US')
  expect(JSON.parse(text)).toMatchObject({ REDIS: { TITLE: 'Redis details', PEEK_MEMORY: 'Peak memory usage' } })
})

test('the panel of the page has the title, the rows and the version of SQLite', async () => {
  await using desk = await openSqliteBoard()
  await using browser = await openPage(desk.board.url)
  const { page } = browser
  await page.locator('button', { has: page.locator('.rds-b1') }).click()
  const panel = page.getByRole('dialog', { name: 'SQLite details' })
  await panel.getByText('Write-ahead log').waitFor()
  expect(await panel.innerText()).toContain(`Version\n${process.versions['sqlite']}\nMode\nWAL, synchronous=normal`)
})
