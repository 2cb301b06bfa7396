const formats = new Intl.NumberFormat('en-GB')

/** `12,345`. */
export const grouped = (count: number): string => formats.format(count)

/** `1 job`, `12,345 jobs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

const units = ['B', 'KB', 'MB', 'GB', 'TB']

/** `812 B`, `3.4 MB`: units of 1,000. */
export function size(bytes: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** step
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`
}
