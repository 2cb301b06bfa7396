/**
 * What the arguments ask for; when something is wrong with them, that and the usage are told, and the process will end with
 * code 2.
 */
export function optionsOrUsage<T>(read: (args: string[]) => T, usage: string): T | undefined {
  try {
    return read(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exitCode = 2
    return undefined
  }
}
