const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i

/**
 * An ISO 8601 instant as date and time of day in UTC without its zone, as databases without zones want it, with all
 * digits of its fraction. A text without a zone is taken as UTC; what is no such text stays as it is.
 */
export function utcDateTime(text: string): string {
  const parts = ISO.exec(text)
  if (!parts) return text
  const [, day = '', time = '', fraction = '', zone = 'Z'] = parts
  const at = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}Z`)
  if (Number.isNaN(at)) return text
  const shifted = new Date(at - offsetMinutes(zone) * 60_000).toISOString()
  return `${shifted.slice(0, -5).replace('T', ' ')}${fraction}`
}

function offsetMinutes(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0)
  return zone.startsWith('-') ? -minutes : minutes
}

/** A fraction of a second says no more than it must: `.120000` is `.12`, `.000` is nothing. */
export const shortFraction = (text: string) => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
