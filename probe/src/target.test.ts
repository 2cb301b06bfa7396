import { describe, expect, test } from 'vitest'
import { readTarget } from './target.ts'

describe('readTarget', () => {
  test('the label has no user info, query or fragment', () => {
    const target = readTarget('https://anna:secret@mcp.example:8443/mcp?token=abc#top')
    expect(target?.label).toBe('https://mcp.example:8443/mcp')
  })

  test('user info is sent as a header and the query is kept', () => {
    const target = readTarget('http://anna:s%40cret@mcp.example/mcp?tenant=1')
    expect(target?.url.href).toBe('http://mcp.example/mcp?tenant=1')
    expect(target?.authorization).toBe(`Basic ${Buffer.from('anna:s@cret').toString('base64')}`)
  })

  test.each(['', 'mcp.example', 'ftp://mcp.example', 'http://', 'http://a%zz:b@mcp.example/'])(
    '%j is refused',
    (text) => {
      expect(readTarget(text)).toBeNull()
    },
  )
})
