// npm run bench:export: our exports beside other writers, all in one run on one machine. Prints the report; goals that
// are missed do not make it fail.
import { writeFile } from 'node:fs/promises'
import { optionsOrUsage } from './command-line.ts'
import { Bench } from './export/bench.ts'
import { readOptions, usage, type Options } from './export/options.ts'
import { json, markdown, type Run } from './export/report.ts'
import { rivals } from './export/rivals.ts'
import { describeMachine } from './machine.ts'

const options = optionsOrUsage(readOptions, usage)
if (options) await main(options)

async function main({ rounds, sizes, only, out }: Options) {
  rivals.install()
  const machine = await describeMachine()
  console.info(`${machine.join('\n')}\n`)
  const wanted = (id: string) => only.length === 0 || only.some((part) => id.includes(part))
  const run: Run = { machine, ...(await new Bench(rounds, sizes, wanted).run()) }
  console.info(markdown(run))
  for (const file of out) await writeFile(file, `${file.endsWith('.json') ? json(run) : markdown(run)}\n`)
}
