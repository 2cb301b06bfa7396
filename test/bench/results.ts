import { median, type Figures } from './figures.ts'

export interface Figure {
  median: number
  min: number
  max: number
}

/** Everything that was measured, by contender and figure. */
export class Results {
  readonly #values = new Map<string, Map<string, number[]>>()

  add(contender: string, figures: Figures): void {
    const own = this.#values.get(contender) ?? new Map<string, number[]>()
    this.#values.set(contender, own)
    for (const [figure, value] of Object.entries(figures)) own.set(figure, [...(own.get(figure) ?? []), value])
  }

  /** Undefined when it was not measured. */
  median(contender: string, figure: string): number | undefined {
    const values = this.#values.get(contender)?.get(figure)
    return values && median(values)
  }

  of(contender: string): Record<string, Figure> {
    const own = [...(this.#values.get(contender) ?? [])]
    return Object.fromEntries(
      own.map(([figure, values]) => [
        figure,
        { median: median(values), min: Math.min(...values), max: Math.max(...values) },
      ]),
    )
  }
}
