// npm run bench:health: what one look at the health of queues costs, by the number of jobs and queues. Prints the report.
import { costOf, filled } from '../health/cost.ts'
import { runCost } from '../health/probe-run-cost.ts'
import { describeMachine } from './machine.ts'

const sizes = [
  { queues: 1, jobs: 10 },
  { queues: 1, jobs: 1_000_000 },
  { queues: 50, jobs: 10 },
  { queues: 50, jobs: 20_000 },
]

console.info(`${(await describeMachine()).join('\n')}\n`)
console.info('| store | queues | jobs of each | commands | CPU of the server, ms | in Redis, ms |')
console.info('| --- | ---: | ---: | ---: | ---: | ---: |')
for (const [store, open] of Object.entries(filled)) {
  for (const { queues, jobs } of sizes) {
    const { commands, cpuMs, storeMs } = await costOf(open, queues, jobs)
    const cells = [store, queues, jobs, commands, cpuMs.toFixed(1), storeMs?.toFixed(2) ?? '']
    console.info(`| ${cells.join(' | ')} |`)
  }
}

console.info(
  '\n| watched queues on Redis | jobs of each | a run of the probe, CPU of the server, ms | a second without, ms |',
)
console.info('| ---: | ---: | ---: | ---: |')
for (const [queues, jobs] of [
  [1, 0],
  [50, 20_000],
] as const) {
  const { runMs, idleMsPerS } = await runCost(queues, jobs)
  console.info(`| ${queues} | ${jobs} | ${runMs.toFixed(1)} | ${idleMsPerS.toFixed(1)} |`)
}
