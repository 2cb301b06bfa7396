/** A length of time in words, at most two units: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return `${s} s`
  const minutes = Math.floor(s / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return twoUnits(hours, 'h', minutes % 60, 'min')
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function twoUnits(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`
}

/** How long before `now` (milliseconds) an instant was; an instant in the future is a clock a little off: now. */
export function ago(instant: string, now: number): string {
  const seconds = secondsSince(instant, now)
  return seconds < 1 ? 'now' : `${span(seconds)} ago`
}

export function secondsSince(instant: string, now: number): number {
  return Math.max(0, (now - Date.parse(instant)) / 1000)
}

/** A measured duration: `38 ms`, `1.2 s`. */
export function took(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
