import { expect, test } from 'vitest'
import { expandUrl, variablesOf } from './source-url.ts'

const values: Record<string, string> = { URL: 'postgres://a:b@h/d', PW: 'p@ss/w:rd#?%', HOST: 'db.example', EMPTY: '' }

function expand(source: string) {
  const mistakes: string[] = []
  return {
    url: expandUrl(
      source,
      (name) => values[name],
      (sentence) => mistakes.push(sentence),
    ),
    mistakes,
  }
}

test('a variable may be the whole URL or any part of it', () => {
  expect(expand('${URL}')).toEqual({ url: 'postgres://a:b@h/d', mistakes: [] })
  expect(expand('postgres://u@${HOST}:5432/d').url).toBe('postgres://u@db.example:5432/d')
  expect(expand('sqlite:./${HOST}/x').url).toBe('sqlite:./db.example/x')
})

test('a password is put in whatever characters it holds, and read back by URL the same', () => {
  const { url } = expand('postgres://u:${PW}@${HOST}/d?x=a@b')
  expect(decodeURIComponent(new URL(url).password)).toBe(values['PW'])
  expect(new URL(url).host).toBe('db.example')
})

test('what is missing, empty or no name is told by its name', () => {
  expect(expand('sqlite:${A}${EMPTY}${B C}').mistakes).toEqual([
    'needs the environment variable A, which is not set',
    'needs the environment variable EMPTY, which is not set',
    expect.stringContaining('holds ${B C}'),
  ])
})

test('only variables that are named are taken along', () => {
  expect(variablesOf('a: ${A}\nb: ${B}${A} $C {D}')).toEqual(['A', 'B'])
})
