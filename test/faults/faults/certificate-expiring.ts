import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

export const certificateExpiring: Fault = {
  name: 'TLS certificate expiring',
  how: 'the server is given a certificate that ends in 5 days instead of 90',
  system: { store: 'redis', tls: true },
  seenAs: ['tls_expiring'],
  window: AT_ONCE,
  async inject({ front }) {
    await front.certify(5)
    return () => front.certify(90)
  },
}
