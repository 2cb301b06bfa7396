import { openFile } from '../chosen-targets.ts'
import type { Command } from './command.ts'

export const configPrint: Command = {
  words: 'config print',
  args: 'FILE',
  help: 'shows every value in force and where it comes from, without secrets',
  async run([file, ...more], { variables, print, complain }) {
    if (file === undefined || more.length > 0) {
      complain('config print needs one file')
      return 3
    }
    const { config, effective, mistakes } = openFile(file, variables)
    if (config === null) {
      mistakes.forEach(complain)
      return 3
    }
    const names = Math.max(...effective.map(({ name }) => name.length))
    const values = Math.min(Math.max(...effective.map(({ value }) => value.length)), 50)
    for (const { name, value, origin } of effective) {
      print(`${name.padEnd(names)}  ${value.padEnd(values)}  ${origin}\n`)
    }
    return 0
  },
}
