import { openFile } from '../chosen-targets.ts'
import { plural } from '../sentence.ts'
import type { Command } from './command.ts'

export const configCheck: Command = {
  words: 'config check',
  args: 'FILE',
  help: 'tells everything that is wrong with the file',
  async run([file, ...more], { variables, print, complain }) {
    if (file === undefined || more.length > 0) {
      complain('config check needs one file')
      return 3
    }
    const { config, mistakes } = openFile(file, variables)
    for (const mistake of mistakes) print(`${mistake}\n`)
    if (config === null) {
      print(`${plural(mistakes.length, 'mistake')}.\n`)
      return 3
    }
    print(`${file}: ${plural(config.targets.length, 'target')}, nothing wrong.\n`)
    return 0
  },
}
