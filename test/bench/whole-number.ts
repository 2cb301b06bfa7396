/** A whole number from 1 on; throws an Error that names the option when it is none. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} needs a whole number from 1 on, not ${text}`)
  return value
}
