// npm run soak:store-fuzz: random operations on Redis and SQLite at the same time, for ten minutes; with
// `-- --seconds 60 --seed 4711` for another time and from a seed. Ends with code 1 at the first difference, which it prints.
import { parseArgs } from 'node:util'
import { fuzzUntil } from '../fuzz/fuzz-until.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
})
const { seeds, difference } = await fuzzUntil(performance.now() + Number(values.seconds) * 1000, Number(values.seed))
console.info(difference ?? `${seeds} runs from seed ${values.seed} on, and no difference.`)
process.exitCode = difference === null ? 0 : 1
