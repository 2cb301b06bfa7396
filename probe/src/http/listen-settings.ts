import { isIP } from 'node:net'
import { z } from 'zod'
import { oneOf, secretKeys, secretOf, type Secret } from '../alerts/secret.ts'
import { refuse } from '../config/words.ts'

/** Where the probe's own server listens. */
export interface Listening {
  host: string
  port: number
  /** The bearer token that every request needs, null on loopback when there is none. */
  token: Secret | null
}

/** `127.0.0.1:9464`, `localhost:0`, `[::1]:9464`. */
export const Address = z.string().transform((given, context): { host: string; port: number } => {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(given) ?? []
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const isHost = isIP(bare) === 4 || (isIP(bare) === 6 && bare !== host) || /^[a-z0-9.-]+$/i.test(host)
  if (isHost && Number(port) <= 65_535) return { host: bare, port: Number(port) }
  return refuse(context, given, 'must be an address and a port, such as 127.0.0.1:9464')
})

const needsToken =
  'must be a loopback address such as 127.0.0.1:9464: to listen elsewhere write { address: …, token_file: FILE }'

/** `listen` in the file: an address, or one with the token that requests need. */
export const ListenSettings = z.union([
  Address.transform((address, context): Listening =>
    isLoopback(address.host) ? { ...address, token: null } : refuse(context, address, needsToken),
  ),
  z
    .strictObject({ address: Address, ...secretKeys('token') })
    .refine(...oneOf('token', 'required'))
    .transform((settings): Listening => ({ ...settings.address, token: secretOf(settings, 'token') })),
])

/** What only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
