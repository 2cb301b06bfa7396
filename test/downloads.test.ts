import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'

test('only finished exports can be fetched, in whole or in part', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const exports = join(folder.path, 'exports')
  const id = '0aa1bcde-0000-4000-8000-000000000000'
  await mkdir(exports)
  await writeFile(join(exports, `${id}.csv`), 'a,b\r\n1,2\r\n')
  await writeFile(join(exports, `.${id}.csv.part`), 'half')
  await writeFile(join(folder.path, 'secret.csv'), 'secret')
  await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, ROLE: 'server' })

  const whole = await fetch(`${program.url}/exports/${id}.csv`)
  expect(whole.status).toBe(200)
  expect(whole.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(whole.headers.get('content-disposition')).toBe(`attachment; filename=${id}.csv`)
  expect(await whole.text()).toBe('a,b\r\n1,2\r\n')
  const part = await fetch(`${program.url}/exports/${id}.csv`, { headers: { range: 'bytes=5-7' } })
  expect(part.status).toBe(206)
  expect(await part.text()).toBe('1,2')

  const refused = [
    '/exports/../secret.csv',
    '/exports/..%2fsecret.csv',
    '/exports/..%5csecret.csv',
    '/exports/%2e%2e/secret.csv',
    `/exports/.${id}.csv.part`,
    `/exports/${id}.json`,
    `/exports/${id}.csv%00.csv`,
    '/exports/',
    '/exports//etc/passwd',
    `/exports/${id}.csv/`,
  ]
  for (const path of refused) {
    const { status, body } = await rawGet(program.url, path)
    expect({ path, status }).toEqual({ path, status: path.endsWith('.csv/') ? 200 : 404 })
    expect(body).not.toContain('secret')
    expect(body).not.toContain(folder.path)
  }
})

/** fetch tidies a path up before it sends it. */
function rawGet(url: string, path: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const { hostname, port } = new URL(url)
  request({ hostname, port, path }, (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (text: string) => (body += text))
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
  })
    .on('error', reject)
    .end()
  return promise
}
