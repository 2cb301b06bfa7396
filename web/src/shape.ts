// Whether what came has the shape that the contract tells. By hand, because zod would be most of the page's weight.

export type Test = (value: unknown) => boolean
/** Names every field of the contract, so a field that is added, renamed or dropped there fails the build here. */
export type Shape<T> = { [K in keyof T]-?: Test }

export const isString: Test = (value) => typeof value === 'string'
export const isNumber: Test = (value) => typeof value === 'number'
export const isBoolean: Test = (value) => typeof value === 'boolean'
export const isInstant: Test = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
export const oneOf =
  (...allowed: unknown[]): Test =>
  (value) =>
    allowed.includes(value)
export const orNull =
  (test: Test): Test =>
  (value) =>
    value === null || test(value)
export const orMissing =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value)
export const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test)
/** Has every field as the contract tells. */
export const has = <T>(shape: Shape<T>): Test => uses<T>(shape)
/** Has those fields that the page uses, whatever else there is. */
export const uses =
  <T>(shape: Partial<Shape<T>>): Test =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries<Test | undefined>(shape).every(([name, test]) => test?.(Reflect.get(value, name)) ?? true)
