import { expect, test } from 'vitest'
import { badge } from './badge-svg.ts'

test('a badge says in words what it shows in colours', () => {
  const svg = badge('exports', 'down', '#cf222e')
  expect(svg).toContain('aria-label="exports: down"')
  expect(svg).toContain('fill="#cf222e"')
})

test('the name of a queue can be anything and stays a text', () => {
  const svg = badge('<script>"&\u0000', 'operational', '#1a7f37')
  expect(svg).toContain('&lt;script&gt;&quot;&amp;�')
  expect(svg).not.toContain('<script')
})

test('a long name is cut', () => {
  expect(badge('x'.repeat(500), 'down', '#cf222e').length).toBeLessThan(1200)
})
