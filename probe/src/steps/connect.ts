import { connect as connectTcp } from 'node:net'
import type { Step } from './step.ts'

const farewellMs = 1000

/** Is anybody there? Over HTTP a TCP connection, which is closed again; otherwise the start of the process. */
export const connect: Step = {
  name: 'connect',
  isRepeatable: true,
  applies: () => true,
  async ask({ link }, signal) {
    if (link.kind === 'stdio') await link.start()
    else await reachPort(link.reach.url, signal)
    return undefined
  },
}

function reachPort(url: URL, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connectTcp({ host: hostOf(url), port: portOf(url) })
  socket.once('connect', resolve).on('error', reject)
  signal.addEventListener('abort', () => {
    reject(signal.reason)
    socket.destroy()
  })
  return promise.then(() => {
    // Not destroyed at once: that would be an error for a server that has greeted already.
    socket.resume().unref().end()
    socket.setTimeout(farewellMs, () => socket.destroy())
  })
}

/** Without the brackets of an IPv6 address. */
export const hostOf = (url: URL) => url.hostname.replace(/^\[(.*)\]$/, '$1')

export const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80))
