/** What four digits of a year can say: what is told is read by others, of whom few know more. */
const FIRST = Date.parse('0000-01-01T00:00:00.000Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * A time that others wrote, milliseconds since 1970, as it is told: one that no date has, infinity too, as the nearest that can be
 * said; what is no number as 1970.
 */
export const toldTime = (ms: number): string => new Date(Math.max(FIRST, Math.min(ms, LAST)) || 0).toISOString()
