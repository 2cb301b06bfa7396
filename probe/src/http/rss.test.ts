import { expect, test } from 'vitest'
import { feedOf } from './rss.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 8, minute))

test('a feed has the newest first, with times as RSS wants them', () => {
  const feed = feedOf('Incidents', [
    { id: 'a:opened', title: 'first', text: '', time: at(1) },
    { id: 'b:opened', title: 'second', text: '', time: at(5) },
  ])
  expect(feed.indexOf('second')).toBeLessThan(feed.indexOf('first'))
  expect(feed).toContain('<pubDate>Tue, 24 Nov 2026 08:05:00 GMT</pubDate>')
  expect(feed).toContain('<guid isPermaLink="false">b:opened</guid>')
})

test('what a target says stays a text, in the feed and in the HTML that readers make of it', () => {
  const feed = feedOf('a & b', [{ id: 'a', title: '<b>', text: '<img src=x>\u0007', time: at(1) }])
  expect(feed).toContain('<title>a &amp; b</title>')
  expect(feed).toContain('<title>&lt;b&gt;</title>')
  expect(feed).toContain('<description>&amp;lt;img src=x&amp;gt;�</description>')
})

test('a feed without news is one all the same', () => {
  expect(feedOf('Incidents', [])).toContain('</channel>')
})
