import { classifyInboundRequest } from '@modelcontextprotocol/server'
import { expect, test } from 'vitest'
import { eraOf } from './era.ts'

const claim = (version: unknown) => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientCapabilities': {},
})
const request = (params: unknown, method = 'tools/list') => ({ jsonrpc: '2.0', id: 1, method, params })

const messages: Record<string, unknown> = {
  'a request without parameters': { jsonrpc: '2.0', id: 1, method: 'tools/list' },
  'a request that claims nothing': request({ _meta: { progressToken: 1 } }),
  'a request that claims 2026-07-28': request({ _meta: claim('2026-07-28') }),
  'a request that claims a later version': request({ _meta: claim('2099-01-01') }),
  'a request that claims an older version': request({ _meta: claim('2025-11-25') }),
  'a request whose claim is a number': request({ _meta: claim(1) }),
  'a request whose _meta is text': request({ _meta: 'x' }),
  'a request whose parameters are a list': request([]),
  initialize: request({ protocolVersion: '2025-11-25' }, 'initialize'),
  'initialize with a claim': request({ _meta: claim('2026-07-28') }, 'initialize'),
  'a notification': { jsonrpc: '2.0', method: 'notifications/initialized' },
  'a notification that claims 2026-07-28': { ...request({ _meta: claim('2026-07-28') }), id: undefined },
  'a response': { jsonrpc: '2.0', id: 1, result: {} },
  'a batch': [request({})],
  nothing: null,
}

test.each(Object.entries(messages))('the quick look at %s says what the SDK says', (_, message) => {
  for (const protocolVersion of [undefined, '2025-06-18', '2026-07-28', '1999-01-01', '']) {
    const header = protocolVersion === undefined ? {} : { protocolVersionHeader: protocolVersion }
    const { kind } = classifyInboundRequest({ httpMethod: 'POST', body: message, ...header })
    const expected = kind === 'legacy' ? 'legacy' : 'modern'
    expect({ protocolVersion, era: eraOf(message, { protocolVersion }) }).toEqual({ protocolVersion, era: expected })
  }
})
