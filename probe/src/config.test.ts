import { describe, expect, test } from 'vitest'
import { readConfig, usage } from './config.ts'

const url = 'http://127.0.0.1:3000/mcp'

function mistakesOf(...argv: string[]): string[] {
  const invocation = readConfig(argv)
  return invocation.kind === 'mistakes' ? invocation.mistakes : []
}

describe('readConfig', () => {
  test('only the URL is needed', () => {
    expect(readConfig(['--url', url])).toMatchObject({
      kind: 'run',
      config: {
        once: false,
        intervalMs: 30_000,
        timeoutMs: 5000,
        format: 'text',
        results: null,
        target: { label: url },
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
    expect(readConfig(argv)).toMatchObject({
      kind: 'run',
      config: { once: true, intervalMs: 500, timeoutMs: 200, format: 'json', results: 'a/b' },
    })
  })

  test('a leading "--" from a package manager is skipped', () => {
    expect(readConfig(['--', '--url', url, '--once'])).toMatchObject({ kind: 'run', config: { once: true } })
  })

  test('names every mistake at once, each with what is allowed', () => {
    expect(
      mistakesOf('--interval', '0', '--timeout', '1.5', '--format', 'xml', '--once=yes', '--nope', 'stray'),
    ).toEqual([
      '--once takes no value',
      expect.stringMatching(/^--nope is not a flag, allowed are --url, --once, /),
      'every argument must belong to a flag, see --help',
      '--url must be the http:// or https:// URL of an MCP endpoint and is required',
      '--interval must be a number of seconds from 0.1 to 86400',
      '--timeout must be a whole number of milliseconds from 1 to 600000',
      '--format must be one of text, json',
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
    expect(readConfig(['--nope', '--help'])).toEqual({ kind: 'help' })
    expect(readConfig(['--version'])).toEqual({ kind: 'version' })
  })

  test('the usage text has every flag', () => {
    for (const flag of ['url', 'once', 'interval', 'timeout', 'format', 'results', 'help', 'version']) {
      expect(usage).toContain(`--${flag}`)
    }
  })
})
