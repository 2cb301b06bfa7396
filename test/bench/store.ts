// npm run bench:store: the SQLite store beside other queues, all in one run on one machine. Prints the report; goals that
// are missed do not make it fail.
import { writeFile } from 'node:fs/promises'
import { optionsOrUsage } from './command-line.ts'
import { Bench } from './store/bench.ts'
import { contenders } from './store/contenders.ts'
import { describeMachine } from './machine.ts'
import { readOptions, usage, type Options } from './store/options.ts'
import { json, markdown, type Run } from './store/report.ts'
import { rivals } from './store/rivals.ts'

const options = optionsOrUsage(readOptions, usage)
if (options) await main(options)

async function main({ rounds, sizes, only, out }: Options) {
  const wanted = contenders.filter(({ id }) => only.length === 0 || only.some((part) => id.includes(part)))
  if (wanted.some(({ id }) => id === 'plainjob' || id === 'liteque')) rivals.install()
  const machine = await describeMachine()
  console.info(`${machine.join('\n')}\n`)
  const run: Run = { machine, ...(await new Bench(rounds, sizes).run(wanted)) }
  console.info(markdown(run))
  for (const file of out) await writeFile(file, `${file.endsWith('.json') ? json(run) : markdown(run)}\n`)
}
