import type { Goal } from '../goal.ts'
import { reference } from './contenders.ts'

const ours = 'sqlite-normal'
const oursDurable = 'sqlite-full'
const floor = 'floor-normal'

/** From the issue that asked for the store. They are aims, not limits: a missed one is reported, nothing fails. */
export const goals: Goal[] = [
  {
    title: 'Process at concurrency 1',
    of: ours,
    figure: 'process1',
    profile: 'process1',
    ratio: { to: reference, atLeast: 2 },
    floor,
  },
  {
    title: 'Process at concurrency 10',
    of: ours,
    figure: 'process10',
    profile: 'process10',
    ratio: { to: reference, atLeast: 1 },
    floor,
  },
  {
    title: 'Process at concurrency 10',
    of: ours,
    figure: 'process10',
    profile: 'process10',
    ratio: { to: 'postgres', atLeast: 8 },
    floor,
  },
  {
    title: 'Process at concurrency 1',
    of: ours,
    figure: 'process1',
    profile: 'process1',
    ratio: { to: 'plainjob', atLeast: 1 },
    floor,
  },
  {
    title: 'Process at concurrency 10',
    of: ours,
    figure: 'process10',
    profile: 'process10',
    ratio: { to: 'plainjob', atLeast: 1 },
    floor,
  },
  {
    title: 'Process at concurrency 50, durable',
    of: oursDurable,
    figure: 'process50',
    profile: 'process50',
    ratio: { to: 'redis-always', atLeast: 1 },
    floor: 'floor-full',
  },
  {
    title: 'Enqueue one by one',
    of: ours,
    figure: 'addOneByOne',
    profile: 'addOneByOne',
    ratio: { to: reference, atLeast: 1.5 },
    floor,
  },
  {
    title: 'Add to start in one process, p50 (ms)',
    of: ours,
    figure: 'latencyInProcessP50',
    atMost: 1,
  },
  {
    title: 'Add to start across processes, p50 (ms)',
    of: ours,
    figure: 'latencyAcrossP50',
    atMost: 10,
  },
  { title: 'Idle CPU (%)', of: ours, figure: 'idleCpu', atMost: 0.5 },
  {
    title: 'Cost of a job with the most waiting, against the fewest',
    of: ours,
    figure: 'claimFlatness',
    profile: 'claim',
    atMost: 1.25,
    floor,
  },
]
