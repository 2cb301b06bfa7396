import type { ProbeResult } from '@queue-ops/server/contract'
import { styleText } from 'node:util'
import type { Surroundings } from '../app.ts'
import type { Printer } from '../printer.ts'
import { oneLine } from '../sentence.ts'
import type { Target } from '../target.ts'

type Screen = Pick<Surroundings, 'print' | 'terminal' | 'clock'>

/** What is remembered of a target for its line. */
interface Row {
  result: ProbeResult | null
  /** When its status became what it is. */
  since: string | null
}

const words = { pass: 'OK', warn: 'WARNING', fail: 'CRITICAL', unknown: 'UNKNOWN' } as const
const colours = { pass: 'green', warn: 'yellow', fail: 'red', unknown: 'magenta' } as const
const heads = ['TARGET', 'STATUS', 'SINCE', 'LAST', 'MS', 'CONSUMERS', 'WAITING', 'DEAD']
/** Clears the screen and goes to its first place. */
const clear = '\u001B[2J\u001B[H'

/** A table on the terminal that is drawn anew with every result: a line for each target, and below what is wrong. */
export function openTable(targets: readonly Target[], screen: Screen): Printer {
  const rows = new Map<string, Row>(targets.map(({ name }) => [name, { result: null, since: null }]))
  const draw = () => screen.print(`${clear}${tableText(rows, screen)}\n`)
  const take = (result: ProbeResult) => {
    const before = rows.get(result.target)
    const isSame = before?.result?.status === result.status
    rows.set(result.target, { result, since: isSame ? before.since : result.time })
    draw()
  }
  draw()
  return { all: (results) => results.forEach(take), each: take, end: () => undefined }
}

function tableText(rows: ReadonlyMap<string, Row>, { terminal, clock }: Screen): string {
  const width = Math.max(terminal.columns(), 40)
  const cells = [...rows].map(([name, row]) => cellsOf(name, row))
  const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)))
  const line = (row: string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')
  const paint = (text: string, row: Row) =>
    terminal.hasColours && row.result !== null
      ? styleText(colours[row.result.status], text, { validateStream: false })
      : text
  const drawn = [...rows.values()].map((row, at) => paint(line(cells[at] ?? []).slice(0, width), row))
  const wrong = [...rows].flatMap(([name, { result }]) =>
    result === null || result.status === 'pass' ? [] : [oneLine(`${name}: ${result.message}`, width)],
  )
  const now = clock.now().toISOString().slice(11, 19)
  return [`queue-ops-probe  ${now} UTC  Ctrl-C ends`, '', line(heads).slice(0, width), ...drawn, '', ...wrong].join(
    '\n',
  )
}

const timeOf = (iso: string | null) => iso?.slice(11, 19) ?? ''
const count = (value: number | null) => (value === null ? '-' : String(value))

function cellsOf(name: string, { result, since }: Row): string[] {
  const shown = oneLine(name, 40)
  if (result === null) return [shown, 'waiting', '', '', '', '', '', '']
  const { status, time: last, duration_ms, consumers, waiting, dead_letters } = result
  return [
    shown,
    words[status],
    timeOf(since),
    timeOf(last),
    String(Math.round(duration_ms)),
    count(consumers),
    count(waiting),
    count(dead_letters),
  ]
}
