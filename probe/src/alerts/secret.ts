import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { OwnFault } from '../failure.ts'

const text = z.string().min(1)

/** A value that nobody may see: from the environment, or from a file that is read anew for each use. */
export type Secret = { value: string } | { file: string }

/** The keys of a secret that is called `name`: itself (`${VARIABLE}` in the file) or the path of a file. */
export function secretKeys<N extends string>(name: N) {
  return { [name]: text.optional(), [`${name}_file`]: text.optional() } as Record<
    N | `${N}_file`,
    z.ZodOptional<z.ZodString>
  >
}

/** The secret of those keys, null when neither is there. */
export function secretOf(settings: Record<string, unknown>, name: string): Secret | null {
  const [value, file] = [settings[name], settings[`${name}_file`]]
  if (typeof file === 'string') return { file }
  return typeof value === 'string' ? { value } : null
}

/** For a schema: exactly one of the two keys, or at most one. */
export const oneOf = (name: string, need: 'required' | 'optional') =>
  [
    (settings: Record<string, unknown>) => {
      const given = [settings[name], settings[`${name}_file`]].filter((value) => value !== undefined).length
      return given === 1 || (given === 0 && need === 'optional')
    },
    {
      error:
        need === 'required'
          ? `needs ${name} or ${name}_file, and not both`
          : `must not have both ${name} and ${name}_file`,
    },
  ] as const

/** Rejects with OwnFault, which names the file and not what is in it. */
export async function readSecret(secret: Secret): Promise<string> {
  if ('value' in secret) return secret.value
  const content = await readFile(secret.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new OwnFault(`the file ${secret.file} cannot be read (${error.code ?? 'unknown'})`)
  })
  if (content.trim() === '') throw new OwnFault(`the file ${secret.file} is empty`)
  return content.trim()
}

/** A secret that is an address. */
export async function readUrl(secret: Secret): Promise<string> {
  const url = URL.parse(await readSecret(secret))
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url.href
  throw new OwnFault('its address is no http:// or https:// URL')
}
