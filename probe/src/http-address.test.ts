import { describe, expect, test } from 'vitest'
import { readAddress } from './http-address.ts'

describe('readAddress', () => {
  test('the label has no user info, query or fragment', () => {
    const target = readAddress('https://anna:secret@mcp.example:8443/mcp?token=abc#top')
    expect(target?.label).toBe('https://mcp.example:8443/mcp')
  })

  test('user info is sent as a header and the query is kept', () => {
    const target = readAddress('http://anna:s%40cret@mcp.example/mcp?tenant=1')
    expect(target?.url.href).toBe('http://mcp.example/mcp?tenant=1')
    const value = `Basic ${Buffer.from('anna:s@cret').toString('base64')}`
    expect(target?.headers).toEqual([{ name: 'authorization', value }])
  })

  test.each(['', 'mcp.example', 'ftp://mcp.example', 'http://', 'http://a%zz:b@mcp.example/'])(
    '%j is refused',
    (text) => {
      expect(readAddress(text)).toBeNull()
    },
  )
})
