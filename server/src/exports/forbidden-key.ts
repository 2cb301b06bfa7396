/** zod leaves this key out without a word, so that a filter of this name would not filter. */
export const hasForbiddenKey = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, '__proto__') || Object.values(value).some(hasForbiddenKey))
