const VARIABLE = /\$\{([^}]*)\}/g
const NAME = /^[A-Za-z_]\w*$/

/** The environment of this process, as far as it is asked for. */
export type Variables = (name: string) => string | undefined

/** The names of the variables in a source, each once, whatever they are. */
export const variablesOf = (source: string): string[] => [
  ...new Set([...source.matchAll(VARIABLE)].map(([, name = '']) => name)),
]

/**
 * The URL with the values of `${NAME}` in it. In the user and the password of a URL they are put in as they are, whatever
 * characters they hold; elsewhere they are part of the URL.
 *
 * @param mistake is told what is wrong, without any value
 */
export function expandUrl(source: string, variables: Variables, mistake: (sentence: string) => void): string {
  const [authority = ''] = /^[^/]*:\/\/[^/?#]*/.exec(source) ?? []
  const host = authority.lastIndexOf('@')
  return source.replace(VARIABLE, (whole, name: string, at: number) => {
    if (!NAME.test(name)) {
      mistake(`holds ${whole}, where the name of an environment variable has to stand such as \${DB_PASSWORD}`)
      return ''
    }
    const value = variables(name)
    if (value === undefined || value === '') mistake(`needs the environment variable ${name}, which is not set`)
    return at < host ? encodeURIComponent(value ?? '') : (value ?? '')
  })
}
