import { judge, type Verdict } from '../goal.ts'
import { Problems } from '../problems.ts'
import { Results } from '../results.ts'
import { rotated, tellProgress } from '../turns.ts'
import { startContender, type ContenderHandle } from './contender-handle.ts'
import type { Contender } from './contender.ts'
import { contenderOf } from './contenders.ts'
import { goals } from './goals.ts'
import { onceMeasures, rateMeasures, roundMeasures } from './measures.ts'
import type { Run } from './report.ts'
import { profileSizes, quickSizes, type Sizes } from './sizes.ts'

/** All measurements on all contenders. What fails in one of them is noted and costs only that figure. */
export class Bench {
  readonly #rounds: number
  readonly #sizes: Sizes
  readonly #results = new Results()
  readonly #problems = new Problems()
  #contenders: ContenderHandle[] = []
  #turn = 0

  constructor(rounds: number, sizes: Sizes) {
    this.#rounds = rounds
    this.#sizes = sizes
  }

  async run(list: Contender[]): Promise<Omit<Run, 'machine'>> {
    try {
      for (const contender of list) await this.#start(contender)
      await this.#round('warming up', Object.keys(rateMeasures), quickSizes)
      for (let round = 1; round <= this.#rounds; round++) {
        await this.#round(`round ${round} of ${this.#rounds}`, Object.keys(roundMeasures), this.#sizes, this.#results)
      }
      await this.#round('once', Object.keys(onceMeasures), this.#sizes, this.#results)
      const verdicts = goals.map((goal) => judge(goal, this.#results, (id) => contenderOf(id).name))
      const profiles = await this.#profiles(verdicts)
      return {
        rounds: this.#rounds,
        sizes: this.#sizes,
        contenders: this.#contenders,
        problems: this.#problems.sentences(),
        results: this.#results,
        verdicts,
        profiles,
      }
    } finally {
      for (const contender of this.#contenders) await contender[Symbol.asyncDispose]()
    }
  }

  async #start(contender: Contender) {
    const absent = contender.absent?.()
    if (absent) return this.#note(contender, absent)
    try {
      this.#contenders.push(await startContender(contender))
    } catch (error) {
      this.#note(contender, error)
    }
  }

  /** In each measure another contender begins. Without results for warming up only. */
  async #round(name: string, measures: string[], sizes: Sizes, results?: Results) {
    for (const measure of measures) {
      tellProgress(`${name}: ${measure}`)
      this.#turn += 1
      for (const contender of rotated(this.#contenders, this.#turn)) {
        const figures = await this.#measure(contender, measure, sizes)
        results?.add(contender.contender.id, figures)
      }
    }
  }

  async #measure(contender: ContenderHandle, measure: string, sizes: Sizes) {
    try {
      return await contender.measure(measure, sizes)
    } catch (error) {
      this.#note(contender.contender, error, measure)
      return {}
    }
  }

  #note({ name }: Contender, problem: unknown, measure = 'everything') {
    this.#problems.note(name, problem, measure)
  }

  /** To missed goals belongs where the time goes. */
  async #profiles(verdicts: Verdict[]): Promise<Run['profiles']> {
    const profiles: Run['profiles'] = []
    for (const { goal, reached } of verdicts) {
      const contender = this.#contenders.find((other) => other.contender.id === goal.of)
      const known = profiles.some(({ of, measure }) => of === goal.of && measure === goal.profile)
      if (reached !== false || !goal.profile || !contender || known) continue
      tellProgress(`profile: ${goal.profile}, ${contender.contender.name}`)
      try {
        const profile = await contender.profile(goal.profile, profileSizes)
        profiles.push({ of: goal.of, measure: goal.profile, profile })
      } catch (error) {
        this.#note(contender.contender, error, `profile of ${goal.profile}`)
      }
    }
    return profiles
  }
}
