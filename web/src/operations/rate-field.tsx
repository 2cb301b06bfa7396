import { timeFor } from './operation-words.ts'

interface Props {
  value: string
  onChange: (value: string) => void
  count: number
}

const LEAST = 0.1
const MOST = 10_000

/** What was typed as a rate: null for none, undefined when it is no rate that a server takes. */
export function rateOf(typed: string): number | null | undefined {
  if (typed.trim() === '') return null
  const rate = Number(typed)
  return rate >= LEAST && rate <= MOST ? rate : undefined
}

/** How fast, so that whatever broke the first time is not run over again. */
export function RateField({ value, onChange, count }: Props) {
  const rate = rateOf(value)
  return (
    <div className="field">
      <label htmlFor="rate">At most so many a second</label>
      <input
        id="rate"
        inputMode="decimal"
        placeholder="no limit"
        aria-describedby="rate-hint"
        aria-invalid={rate === undefined}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id="rate-hint" className="hint" aria-live="polite">
        {hintFor(rate, count)}
      </p>
    </div>
  )
}

function hintFor(rate: number | null | undefined, count: number): string {
  if (rate === undefined) return `Give a number from ${LEAST} to 10,000, or nothing for no limit.`
  if (rate === null) return 'Empty: as fast as the store takes them.'
  return `That takes ${timeFor(count, rate)}. It can be stopped at any time.`
}
