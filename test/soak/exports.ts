// npm run soak:exports: workers killed in the middle of exports of a million rows, 25 at a random moment each and one 25
// times in a row. Ends with code 1 when a file is not what it would have been.
import { parseArgs } from 'node:util'
import { killExports, type KillPlan } from './export-kills.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '25' },
    format: { type: 'string', default: 'csv' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
})
console.info(`seed ${values.seed}`)
const survivors = await killExports({
  rows: Number(values.rows),
  format: values.format as KillPlan['format'],
  killedOnce: Number(values.kills),
  inARow: Number(values.kills),
  whenResumable: false,
  seed: Number(values.seed),
})
const resumed = survivors.filter(({ resumedRows }) => resumedRows > 0)
const slowest = Math.max(...survivors.map(({ takenAgainMs }) => takenAgainMs))
const sound = survivors.every(({ sameFile, leftOver }) => sameFile && leftOver.length === 0)
console.info(`${survivors.length} exports, ${resumed.length} of them resumed, taken again after ${slowest} ms at most`)
console.info(sound ? 'Every file is as it should be.' : 'NOT SOUND')
process.exitCode = sound ? 0 : 1
