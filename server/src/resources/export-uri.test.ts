import { expect, test } from 'vitest'
import { exportUri, readExportUri } from './export-uri.ts'

test('an address is read as it was written, whatever the id of the job', () => {
  for (const jobId of ['0b9d1f1e-1111-4222-8333-444455556666', '17', 'repeat:schedule-daily:1764000000000']) {
    expect(readExportUri(exportUri(jobId))).toEqual({ jobId, range: null })
    for (const range of [
      { from: 0, bytes: null },
      { from: 12_288, bytes: 100 },
    ])
      expect(readExportUri(exportUri(jobId, range))).toEqual({ jobId, range })
  }
  expect(readExportUri('export://17/file?bytes=5')).toEqual({ jobId: '17', range: { from: 0, bytes: 5 } })
})

test('what is the address of no export is none, and a wrong range is told', () => {
  for (const uri of [
    '',
    'export://',
    'export://17',
    'export://17/files',
    'file:///etc/passwd',
    'export://%zz/file',
    `export://${'1'.repeat(2000)}/file`,
  ])
    expect(readExportUri(uri)).toBeNull()
  for (const query of [
    'from=-1',
    'from=x',
    'bytes=0',
    'from=1&to=2',
    'from=1e3',
    'from=',
    'from=0&from=0',
    'bytes=1&from=0&bytes=1',
  ])
    expect(() => readExportUri(`export://17/file?${query}`)).toThrow('?from=BYTE')
})
