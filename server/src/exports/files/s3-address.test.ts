import { expect, test } from 'vitest'
import { ConfigError } from '../../errors.ts'
import { readS3Address } from './s3-address.ts'

function mistakesOf(text: string): string[] {
  try {
    readS3Address(text)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

test('a bucket is enough', () => {
  expect(readS3Address('s3://bucket')).toEqual({
    bucket: 'bucket',
    prefix: '',
    endpoint: null,
    region: null,
    pathStyle: false,
  })
})

test('a prefix, an endpoint and the rest are read', () => {
  const text = 's3://my.bucket-1//a/b%20c/?endpoint=http://127.0.0.1:9000&region=eu-central-1&path_style=true'
  expect(readS3Address(text)).toEqual({
    bucket: 'my.bucket-1',
    prefix: 'a/b c/',
    endpoint: 'http://127.0.0.1:9000',
    region: 'eu-central-1',
    pathStyle: true,
  })
})

test.each([
  ['s3://', 'must name a bucket'],
  ['s3://Bucket', 'must name a bucket'],
  ['s3://ab', 'must name a bucket'],
  ['s3://key:hunter2@bucket', 'must not hold credentials'],
  ['s3://bucket:9000/x', 'has nothing behind the bucket'],
  ['s3://bucket/x#y', 'has nothing behind the bucket'],
  ['s3://bucket?acl=public', 'knows only the parameters'],
  ['s3://bucket?endpoint=127.0.0.1:9000', 'must have http:// or https://'],
  ['s3://bucket?endpoint=http://u:hunter2@host', 'must have http:// or https://'],
  ['s3://bucket?path_style=yes', 'must have true or false'],
  ['s3://bucket/%zz', 'has a prefix that cannot be read'],
])('%s is refused: it %s', (text, mistake) => {
  expect(mistakesOf(text)).toEqual([expect.stringContaining(`EXPORT_FILES ${mistake}`)])
  expect(mistakesOf(text).join()).not.toContain('hunter2')
})

test('every mistake is told at once', () => {
  expect(mistakesOf('s3://B?x=1&path_style=2')).toHaveLength(3)
})
