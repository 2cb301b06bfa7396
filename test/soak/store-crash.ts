// npm run soak:store: the crash test of the SQLite store at full length; with `-- --synchronous full` in durable mode. Ends
// with code 1 when anything was lost.
import { parseArgs } from 'node:util'
import { crash } from './crash.ts'

const { values } = parseArgs({ options: { synchronous: { type: 'string', default: 'normal' } } })
const { synchronous } = values
if (synchronous !== 'normal' && synchronous !== 'full') throw new Error('--synchronous is normal or full')
const report = await crash({ jobs: 20_000, seconds: 60, workers: 4, producers: 2, killEveryMs: 200, synchronous })
console.info(report)
const sound =
  report.lost.length === 0 && report.repeated <= report.repeatsExplained && report.check === 'The queue file is sound.'
console.info(sound ? 'Nothing was lost.' : 'NOT SOUND')
process.exitCode = sound ? 0 : 1
