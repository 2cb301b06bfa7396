/** Result codes of SQLite (sqlite.org/rescode.html); the lowest byte of an extended code is the plain one. */
const words: Record<number, string> = {
  5: 'another program has locked it',
  6: 'another program has locked it',
  8: 'it is read-only',
  10: 'the disk does not work as it should',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'it cannot be opened or made there',
  26: 'it is damaged',
}

/** Of the system, where a folder is made or a damaged file is put aside. */
const systemWords: Record<string, string> = {
  ENOTDIR: 'a part of its path is a file and no folder',
  ENOENT: 'its folder cannot be made',
  EACCES: 'its folder may not be made or written',
  EPERM: 'its folder may not be made or written',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its path leads in a circle',
  EIO: 'the disk does not work as it should',
}

const codeOf = (error: unknown): number =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0

export const isBusy = (error: unknown) => [5, 6].includes(codeOf(error))
export const isDamage = (error: unknown) => [11, 26].includes(codeOf(error))
export const isFull = (error: unknown) => codeOf(error) === 13

/** What is wrong, to go on behind "the history cannot be …:"; without a path. */
export function wordsOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const known = words[codeOf(error)] ?? systemWords[code]
  return known ?? `for an unforeseen reason${code === '' ? '' : ` (${code})`}`
}
