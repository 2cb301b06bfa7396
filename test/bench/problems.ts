/** What went wrong in a run, each with the measures in which it did. */
export class Problems {
  readonly #problems = new Map<string, Set<string>>()

  note(name: string, problem: unknown, measure: string): void {
    const [told = ''] = (problem instanceof Error ? problem.message : String(problem)).split('\n')
    const sentence = `${name}: ${told}`
    this.#problems.set(sentence, (this.#problems.get(sentence) ?? new Set()).add(measure))
  }

  sentences(): string[] {
    return [...this.#problems].map(([problem, affected]) => `${problem} (${[...affected].join(', ')})`)
  }
}
