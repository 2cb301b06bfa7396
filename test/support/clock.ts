/** What the clock of this process says from now on, until it is disposed of. */
export function clockSetBy(ms: number): Disposable {
  const realNow = Date.now
  Date.now = () => realNow() + ms
  return { [Symbol.dispose]: () => void (Date.now = realNow) }
}
