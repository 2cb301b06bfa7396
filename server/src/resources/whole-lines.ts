const LINE_END = 0x0a

/** Whether this byte goes on with a character that began before it (UTF-8). */
const goesOn = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80

/** The longest UTF-8 character. */
const LONGEST = 4

/**
 * The beginning of a text in UTF-8 that was cut off somewhere, up to its last line that is whole; where there is none, up to its
 * last character that is. Never empty, so that whoever goes on behind it gets to the end.
 */
export function wholeLines(data: Buffer): Buffer {
  const line = data.lastIndexOf(LINE_END)
  if (line >= 0) return data.subarray(0, line + 1)
  let start = data.length - 1
  while (start > 0 && data.length - start < LONGEST && goesOn(data[start])) start -= 1
  const whole = start + lengthOf(data[start] ?? 0) <= data.length
  return whole || start === 0 ? data : data.subarray(0, start)
}

/** How many bytes a character has, by its first. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1
  if (first >= 0xf0) return 4
  return first >= 0xe0 ? 3 : 2
}
