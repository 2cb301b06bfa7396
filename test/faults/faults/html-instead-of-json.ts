import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const htmlInsteadOfJson: Fault = {
  name: 'HTML instead of JSON',
  how: 'a proxy before the server answers every address with its page for signing in, status 200',
  system: { store: 'redis' },
  seenAs: ['not_mcp'],
  window: AT_ONCE,
  async inject({ front }) {
    front.behave(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>')
      return 'done'
    })
    return async () => front.behave(async () => 'pass')
  },
}
