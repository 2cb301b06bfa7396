import { closestName } from '../config/closest-name.ts'
import { explanations } from '../reasons.ts'
import type { Command } from './command.ts'

export const explain: Command = {
  words: 'explain',
  args: 'REASON',
  help: 'what a reason in a result means, how to confirm it, what to do',
  async run([reason = '', ...more], { print, complain }) {
    const known = Object.keys(explanations)
    if (more.length > 0 || !isReason(reason)) {
      const meant = closestName(reason, known)
      complain(`explain needs one reason${meant === null ? `, of ${known.join(', ')}` : `: did you mean ${meant}?`}`)
      return 3
    }
    const { means, confirm, remedy } = explanations[reason]
    print(
      `${reason}\n\n${means}\n\nTo confirm it by hand:\n${confirm.map((line) => `  ${line}\n`).join('')}\n${remedy}\n`,
    )
    return 0
  },
}

const isReason = (text: string): text is keyof typeof explanations => Object.hasOwn(explanations, text)
