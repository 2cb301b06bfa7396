import { runProgram, serverProgram, temporaryFolder } from './program.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

/** A queue store to run the programs on. */
export interface TestStore extends AsyncDisposable {
  /** For QUEUE_URL. */
  url: string
}

/** Every kind of store that the programs run on: what must hold on all of them is tested in a loop over these. */
export const stores: Record<string, () => Promise<TestStore>> = {
  async SQLite() {
    const folder = await temporaryFolder()
    return { url: `sqlite:${folder.path}/queue.sqlite`, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
  },
  Redis: () => startRedis(),
  async PostgreSQL() {
    const postgres = await startPostgres()
    const { code, stderr } = await runProgram(serverProgram, ['store', 'migrate'], { QUEUE_URL: postgres.url })
    if (code !== 0) throw new Error(`the schema could not be made: ${stderr}`)
    return postgres
  },
}
