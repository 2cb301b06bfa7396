import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const unauthorized: Fault = {
  name: '401',
  how: 'a proxy before the server asks for a token, at every address',
  system: { store: 'redis' },
  seenAs: ['refused'],
  window: AT_ONCE,
  async inject({ front }) {
    front.behave(async (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
      return 'done'
    })
    return async () => front.behave(async () => 'pass')
  },
}
