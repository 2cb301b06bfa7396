import { describe, expect, test } from 'vitest'
import { readInvocation, usage } from './invocation.ts'

const url = 'http://127.0.0.1:3000/mcp'

function mistakesOf(...argv: string[]): string[] {
  const invocation = readInvocation(argv, {})
  return invocation.kind === 'mistakes' ? invocation.mistakes : []
}

describe('readInvocation', () => {
  test('only the URL is needed', () => {
    expect(readInvocation(['--url', url], {})).toMatchObject({
      kind: 'run',
      config: {
        mode: 'daemon',
        format: 'text',
        debug: false,
        results: null,
        targets: [
          {
            name: url,
            era: 'auto',
            intervalMs: 30_000,
            timeouts: { steps: { connect: 5000, handshake: 5000 }, totalMs: 20_000 },
            retries: 0,
          },
        ],
      },
    })
  })

  test('reads every flag, with "=" or a space', () => {
    const argv = [
      '--once',
      `--url=${url}`,
      '--interval',
      '0.5',
      '--timeout=200',
      '--format',
      'json',
      '--results',
      'a/b',
    ]
    expect(readInvocation(argv, {})).toMatchObject({
      kind: 'run',
      config: {
        mode: 'once',
        format: 'json',
        results: 'a/b',
        targets: [{ intervalMs: 500, timeouts: { steps: { handshake: 200, health_check: 200 } } }],
      },
    })
  })

  test('names every mistake at once, each with what is allowed', () => {
    expect(
      mistakesOf('--interval', '0', '--timeout', '1.5', '--format', 'xml', '--once=yes', '--nope', 'stray'),
    ).toEqual([
      '--once takes no value',
      expect.stringMatching(/^--nope is not a flag, allowed are --config, --target, --url, /),
      'every argument must belong to a flag, see --help',
      '--url must be the http:// or https:// URL of an MCP endpoint; it or --config is required',
      '--interval must be a number of seconds from 0.1 to 86400',
      '--timeout must be a whole number of milliseconds from 1 to 600000',
      '--format must be one of text, json, nagios',
    ])
  })

  test.each([
    ['--timeout', '-5'],
    ['--timeout', '1e3'],
    ['--timeout'],
    ['--timeout', '600001'],
    ['--interval', 'soon'],
    ['--interval', '86401'],
    ['--results'],
    ['--results', ''],
    ['--format', 'toString'],
    ['--url', 'http://127.0.0.1:1/mcp'],
    ['-x'],
    ['--__proto__'],
  ])('%j %j is one mistake that names the flag', (...argv) => {
    const mistakes = mistakesOf('--url', url, ...argv)
    expect(mistakes).toHaveLength(1)
    expect(mistakes[0]).toContain(argv[0])
  })

  test('a mistake never repeats the value, which may hold a password', () => {
    expect(mistakesOf('--url', 'htp://anna:secret@mcp.example/mcp').join()).not.toContain('secret')
  })

  test('--help and --version win over mistakes', () => {
    expect(readInvocation(['--nope', '--help'], {})).toEqual({ kind: 'help' })
    expect(readInvocation(['--version'], {})).toEqual({ kind: 'version' })
  })

  test('the usage text has every flag', () => {
    for (const flag of ['url', 'once', 'interval', 'timeout', 'format', 'results', 'help', 'version']) {
      expect(usage).toContain(`--${flag}`)
    }
  })
})
