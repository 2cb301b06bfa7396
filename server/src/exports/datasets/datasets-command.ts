import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { OpsError } from '../../errors.ts'
import type { SourceKind } from '../sources/source.ts'
import { askEach } from './ask-each.ts'
import { createDataset, type Dataset, type DatasetDefinition, type Selection } from './dataset.ts'
import { datasetsText, readDatasets } from './datasets-file.ts'
import { samplePath, type CatalogueSettings } from './open-catalogue.ts'
import type { Patience } from './remembered.ts'
import { sampleCities } from './sample.ts'
import { nextRun, type Schedule } from './schedule.ts'

/** What `queue-ops datasets` can do, for its usage. */
export const datasetsCommands = `  queue-ops datasets check [FILE]
                  reads the datasets file, connects to every source, tries what every schedule asks
                  for and tells what is wrong; exit code 1 when anything is`

/** An operator waits longer than a client. */
const patience: Patience = { withinMs: 10_000, freshMs: 0, failedMs: 0 }

/**
 * Runs one of {@link datasetsCommands}. Gives what to tell and whether all is well; rejects with OpsError when there is no
 * such command, or no such file.
 *
 * @param folder where a relative path starts
 */
export async function runDatasetsCommand(
  [command, ...args]: string[],
  settings: CatalogueSettings,
  kinds: SourceKind[],
  folder: string,
): Promise<{ text: string; ok: boolean }> {
  if (command !== 'check' || args.length > 1)
    throw new OpsError('invalid_input', `There is no such command; the commands are:\n${datasetsCommands}`)
  const file = args[0] === undefined ? settings.datasetsFile : resolve(folder, args[0])
  if (file === null) {
    const sample = await sampleCities(samplePath(settings.dataDir))
    const { line } = await checkDataset(sample, 'the sample')
    return { text: `DATASETS_FILE is not set: there is the sample only.\n${line}`, ok: true }
  }
  const { definitions, schedules, mistakes } = readDatasets(
    datasetsText(file, readText(file), settings.variables),
    kinds,
  )
  const asked = definitions.map((definition) => ({
    definition,
    startsProcess: definition.source.startsProcess === true,
  }))
  const datasets = await askEach(asked, ({ definition }) => checkDataset(definition, `${file}:${definition.line}`))
  const readable = datasets.flatMap(({ ok, dataset }) => (ok ? [dataset] : []))
  const checked = [...datasets, ...(await checkSchedules(schedules, readable, file))]
  const good = checked.filter(({ ok }) => ok).length
  const bad = checked.length - good + mistakes.length
  return {
    text: [
      ...mistakes.map((mistake) => `wrong  ${mistake}`),
      ...checked.map(({ line }) => line),
      `${good} good, ${bad} wrong.`,
    ].join('\n'),
    ok: bad === 0,
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new OpsError('invalid_input', `The file ${file} cannot be read.`, { cause })
  }
}

interface Checked {
  line: string
  ok: boolean
}

async function checkDataset(definition: DatasetDefinition, place: string): Promise<Checked & { dataset: Dataset }> {
  const { name, parameters } = definition
  const dataset = createDataset(definition, patience)
  const checked = await judged(place, async () => {
    const columns = await dataset.columns()
    // Values for the parameters that have to be given only a client knows; they do not change what the key is.
    const optional = { ...definition, parameters: parameters.map((given) => ({ ...given, required: false })) }
    const selection = await createDataset({ ...optional, order: [] }, patience).select({})
    return `${name}: ${counted(columns.length, 'column')}, ${resuming(selection, definition)}`
  })
  return { ...checked, dataset }
}

/** Whether what schedules ask for exists can be told only where their dataset can be read. */
async function checkSchedules(schedules: Schedule[], readable: Dataset[], file: string): Promise<Checked[]> {
  const asked = schedules.flatMap((schedule) => {
    const dataset = readable.find(({ name }) => name === schedule.request.dataset)
    return dataset ? [{ schedule, dataset, startsProcess: dataset.startsProcess }] : []
  })
  return askEach(asked, ({ schedule, dataset }) => {
    const { name, line, keep, request } = schedule
    return judged(`${file}:${line}: schedule ${name}`, async () => {
      await dataset.select(request)
      return `${name}: next run ${nextRun(schedule).toISOString()}, ${keep} kept`
    })
  })
}

/** What a check says that all is well; the mistake at its place when it rejects. */
async function judged(place: string, check: () => Promise<string>): Promise<Checked> {
  try {
    return { line: `ok     ${await check()}`, ok: true }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    const cause = error.cause instanceof Error ? causeText(error.cause) : ''
    const behind = cause === '' || error.message.includes(cause) ? '' : ` (${cause})`
    return { line: `wrong  ${place}: ${error.message}${behind}`, ok: false }
  }
}

/** Drivers that try several addresses say what went wrong with each, and nothing themselves. */
const causeText = (cause: Error): string =>
  cause instanceof AggregateError ? cause.errors.map(String).join('; ') : cause.message

function resuming({ key, unordered }: Selection, { order }: DatasetDefinition): string {
  if (unordered.length > 0) {
    const columns = unordered.map(({ name, sourceType }) => `${name} (${sourceType})`).join(', ')
    return `its key cannot be gone on behind, because of ${columns}: an export whose worker dies starts over`
  }
  if (!key) return 'no key: an export whose worker dies starts over'
  const named = `key ${key.join(', ')}`
  return order.length > 0
    ? `${named}, but it is read in another order: an export whose worker dies starts over`
    : `${named}: an export whose worker dies goes on behind its last safe row`
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
