import { join } from 'node:path'
import { ExportFormat } from '@queue-ops/server/contract'
import { temporaryFolder } from '../../support/program.ts'
import type { Figures } from '../figures.ts'
import { judge, type Verdict } from '../goal.ts'
import { Problems } from '../problems.ts'
import { Results } from '../results.ts'
import { rotated, tellProgress } from '../turns.ts'
import { makeData, type BenchData } from './bench-data.ts'
import type { Contender } from './contender.ts'
import { contenders } from './contenders.ts'
import { goals } from './goals.ts'
import { idle, liveLoop, program } from './live-loop.ts'
import { nameOf, type Run } from './report.ts'
import { countRows } from './row-count.ts'
import type { Sizes } from './sizes.ts'
import { many, memory } from './whole-program.ts'
import { measureWriter, profileWriter } from './writer.ts'

/** All measurements. What fails in one of them is noted and costs only that figure. */
export class Bench {
  readonly #rounds: number
  readonly #sizes: Sizes
  readonly #contenders: Contender[]
  readonly #formats: ExportFormat[]
  readonly #results = new Results()
  readonly #problems = new Problems()

  /** @param wanted tells by its id what is measured */
  constructor(rounds: number, sizes: Sizes, wanted: (id: string) => boolean) {
    this.#rounds = rounds
    this.#sizes = sizes
    this.#contenders = contenders.filter(({ id }) => wanted(id))
    this.#formats = ExportFormat.options.filter((format) => wanted(program(format)))
  }

  async run(): Promise<Omit<Run, 'machine'>> {
    const present = this.#contenders.filter((contender) => this.#isPresent(contender))
    const profiles: Run['profiles'] = []
    let verdicts: Verdict[] = []
    await this.#withData(this.#sizes.rows, async (data) => {
      for (let round = 1; round <= this.#rounds; round++) {
        tellProgress(`round ${round} of ${this.#rounds}`)
        for (const contender of rotated(present, round)) await this.#write(contender, data, round === 1)
        for (const format of rotated(this.#formats, round)) {
          await this.#try(program(format), 'memory', () => memory(data, format, this.#sizes.fewRows))
        }
        await this.#live(data)
      }
      await this.#many()
      verdicts = goals(this.#formats, this.#sizes).map((goal) => judge(goal, this.#results, nameOf))
      for (const contender of this.#missed(present, verdicts)) {
        tellProgress(`profile: ${contender.name}`)
        await this.#inFolder(contender.id, 'profile', async (file) => {
          profiles.push({ of: contender.id, profile: await profileWriter(contender, data, file) })
        })
      }
    })
    return {
      rounds: this.#rounds,
      sizes: this.#sizes,
      versions: [...new Set(present.flatMap((contender) => contender.version?.() ?? []))],
      problems: this.#problems.sentences(),
      results: this.#results,
      verdicts,
      profiles,
    }
  }

  async #withData(rows: number, work: (data: BenchData) => Promise<void>) {
    await using folder = await temporaryFolder()
    tellProgress(`making ${rows.toLocaleString('en')} rows`)
    const withDuckdb = this.#contenders.some(({ id }) => id.startsWith('duckdb'))
    await work(await makeData(folder.path, rows, withDuckdb && rows === this.#sizes.rows))
  }

  #isPresent(contender: Contender): boolean {
    const absent = contender.absent?.()
    if (absent) this.#problems.note(contender.name, absent, 'everything')
    return absent === undefined
  }

  /** @param checked a reader that is none of the contenders counts the rows of the file */
  async #write(contender: Contender, data: BenchData, checked: boolean) {
    tellProgress(`  ${contender.name}`)
    await this.#inFolder(contender.id, 'writing', async (file) => {
      const figures = await measureWriter(contender, data, file)
      const found = checked ? await countRows(file, contender.kind, data.rows) : null
      if (found !== null && found !== data.rows) throw new Error(`its file has ${found} rows`)
      this.#results.add(contender.id, figures)
    })
  }

  async #live(data: BenchData) {
    if (this.#formats.length === 0) return
    tellProgress('  health_check while exporting')
    try {
      const failed = (format: ExportFormat, problem: unknown) =>
        this.#problems.note(nameOf(program(format)), problem, 'health_check')
      const figures = await liveLoop(data, this.#formats, this.#sizes.calls, failed)
      for (const [id, own] of figures) this.#results.add(id, own)
    } catch (error) {
      this.#problems.note(nameOf(idle), error, 'health_check')
    }
  }

  async #many() {
    if (!this.#formats.includes('csv')) return
    await this.#withData(this.#sizes.manyRows, (data) =>
      this.#try(program('csv'), 'very many rows', () => many(data, 'csv')),
    )
  }

  async #try(id: string, measure: string, work: () => Promise<Figures>) {
    tellProgress(`  ${nameOf(id)}: ${measure}`)
    try {
      this.#results.add(id, await work())
    } catch (error) {
      this.#problems.note(nameOf(id), error, measure)
    }
  }

  /** Gives the name for a file that is gone afterwards. */
  async #inFolder(id: string, measure: string, work: (file: string) => Promise<void>) {
    await using folder = await temporaryFolder()
    try {
      await work(join(folder.path, 'file'))
    } catch (error) {
      this.#problems.note(nameOf(id), error, measure)
    }
  }

  /** To missed goals belongs where the time goes. */
  #missed(present: Contender[], verdicts: Verdict[]): Contender[] {
    const missed = verdicts.filter(({ goal, reached }) => goal.profile && reached === false)
    return present.filter(({ id }) => missed.some(({ goal }) => goal.of === id))
  }
}
