// Loaded into a worker before its own code: its clock is as many milliseconds ahead as a file says, for as long as it is there.
import { readFileSync } from 'node:fs'

const RealDate = Date
let aheadMs = 0

setInterval(() => {
  try {
    aheadMs = Number(readFileSync(process.env['FAULT_FLAG'] ?? '', 'utf8'))
  } catch {
    aheadMs = 0
  }
}, 200).unref()

globalThis.Date = new Proxy(RealDate, {
  construct: (date, args: unknown[], self: typeof RealDate) =>
    Reflect.construct(date, args.length === 0 ? [RealDate.now() + aheadMs] : args, self) as Date,
  get: (date, key, self: unknown) =>
    key === 'now' ? () => RealDate.now() + aheadMs : (Reflect.get(date, key, self) as unknown),
})
