import { readdir } from 'node:fs/promises'

/** What is in a folder of exports, but for what a worker writes there every now and then to see whether it can. */
export async function exportsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.trial.'))
}
