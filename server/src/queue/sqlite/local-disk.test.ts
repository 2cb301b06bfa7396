import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { requireLocalDisk } from './local-disk.ts'

test('a folder of this machine is taken, and one that is missing is left to opening', () => {
  expect(() => requireLocalDisk(tmpdir())).not.toThrow()
  expect(() => requireLocalDisk('/no/such/folder')).not.toThrow()
})

test('a folder that other hosts may use too is refused by the name of its file system', () => {
  expect(() => requireLocalDisk('/mnt/share', () => 0x6969)).toThrow(
    '/mnt/share is on NFS: a queue file has to be on a local disk',
  )
  expect(() => requireLocalDisk('/mnt/share', () => 0xff534d42)).toThrow('is on CIFS')
})
