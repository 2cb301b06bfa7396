import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import type { ExportResult } from '@queue-ops/server/contract'
import { writeDatasetsFile } from '../support/dataset-files.ts'
import { eventually } from '../support/eventually.ts'
import { connectHttp, type McpClient } from '../support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from '../support/program.ts'
import { randomNumbers } from '../support/random-numbers.ts'

/** A worker that is killed again and again is killed in the first part of its attempt. */
const SOON = 0.1

/** How hard it goes. */
export interface KillPlan {
  rows: number
  format: 'csv' | 'json' | 'ndjson' | 'xlsx'
  /** How many exports have their worker killed once, at a random moment. */
  killedOnce: number
  /** How often the worker of one more export is killed, one after the other. */
  inARow: number
  /** Only kills once there is something that can be gone on with. */
  whenResumable: boolean
  /** Of the moments of the kills. */
  seed: number
}

/** How one export ended. */
export interface Survivor {
  kills: number
  /** Until another worker had it in hand, in milliseconds; of the longest. */
  takenAgainMs: number
  resumedRows: number
  sameFile: boolean
  leftOver: string[]
}

/** Kills workers in the middle of exports; each export has to end as if nothing had happened. */
export async function killExports(plan: KillPlan): Promise<Survivor[]> {
  await using folder = await temporaryFolder()
  const database = join(folder.path, 'source.sqlite')
  makeTable(database, plan.rows)
  const settings = {
    DATA_DIR: folder.path,
    DATASETS_FILE: await writeDatasetsFile(folder.path, 'things', database, 'things'),
  }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const random = randomNumbers(plan.seed)
  const exports = join(folder.path, 'exports')

  await using desk = new Desk(() => startProgram({ ...settings, ROLE: 'worker' }))
  await desk.start()
  const beganAt = performance.now()
  const undisturbed = await finish(mcp, await mcp.startExport({ format: plan.format }))
  const tookMs = performance.now() - beganAt

  const survivors: Survivor[] = []
  while (survivors.length < plan.killedOnce) {
    // Anywhere in the export; one that ended before it was killed does not count.
    const seen = await survivor(1, () => random() * tookMs)
    if (seen.kills > 0) survivors.push(seen)
  }
  survivors.push(await survivor(plan.inARow, () => random() * tookMs * SOON))

  async function survivor(times: number, momentMs: () => number): Promise<Survivor> {
    const jobId = await mcp.startExport({ format: plan.format })
    const part = new Part(exports, jobId)
    let takenAgainMs = 0
    let kills = 0
    await desk.start()
    await part.isNew()
    while (kills < times) {
      if (plan.whenResumable) await part.isSafe()
      else await pause(momentMs())
      if ((await mcp.exportStatus(jobId)).state === 'completed') break
      const killedAt = performance.now()
      await desk.kill()
      kills += 1
      await desk.start()
      await part.isNew()
      takenAgainMs = Math.max(takenAgainMs, performance.now() - killedAt)
    }
    const result = await finish(mcp, jobId)
    const seen = {
      kills,
      takenAgainMs: Math.round(takenAgainMs),
      resumedRows: result.resumed_rows,
      sameFile: result.sha256 === undisturbed.sha256 && result.rows === plan.rows,
      // The trials by which a worker learns whether it may write come and go at any time.
      leftOver: (await readdir(exports)).filter((name) => name.startsWith('.') && !name.startsWith('.trial.')),
    }
    console.info(seen)
    return seen
  }
  return survivors
}

/** The one worker there is. */
class Desk implements AsyncDisposable {
  readonly #open: () => Promise<Program>
  #worker: Program | null = null

  constructor(open: () => Promise<Program>) {
    this.#open = open
  }

  async start() {
    this.#worker ??= await this.#open()
  }

  async kill() {
    await this.#worker?.stop('SIGKILL')
    this.#worker = null
  }

  async [Symbol.asyncDispose]() {
    await this.kill()
  }
}

const finish = (mcp: McpClient, jobId: string): Promise<ExportResult> =>
  eventually(async () => {
    const { result, state, fail_reason } = await mcp.exportStatus(jobId)
    if (!result) throw new Error(`export ${jobId} is ${state}: ${fail_reason}`)
    return result
  }, 300_000)

/** The unfinished file of a job, seen by its checkpoint. */
class Part {
  readonly #path: string
  #seen = ''

  constructor(exports: string, jobId: string) {
    this.#path = join(exports, `.${jobId}.checkpoint`)
  }

  /** Another attempt has begun: its file has another name. */
  isNew(): Promise<void> {
    return eventually(async () => {
      const { part } = await this.#read()
      if (part === this.#seen) throw new Error('the export is not taken again')
      this.#seen = part
    })
  }

  /** There is something that can be gone on with. */
  isSafe(): Promise<void> {
    return eventually(async () => {
      if ((await this.#read()).rows === 0) throw new Error('nothing is safe yet')
    })
  }

  async #read(): Promise<{ part: string; rows: number }> {
    return JSON.parse(await readFile(this.#path, 'utf8')) as { part: string; rows: number }
  }
}

function makeTable(path: string, rows: number) {
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT, made TEXT);
    INSERT INTO things WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    SELECT i, 'thing ' || i, i / 7.0, 'a "note", ' || hex(i * 7919), date(i * 60, 'unixepoch') FROM n`)
  db.close()
}
