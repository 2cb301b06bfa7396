import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { ConfigError, OpsError } from '../../errors.ts'
import { createDataset, type Dataset } from './dataset.ts'
import { sourceKinds } from '../sources/list.ts'

const SOURCE = 'sqlite:'

const DatasetsFile = z.strictObject({
  datasets: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]+$/, 'may hold letters, digits, "_", "-" and "."'),
        description: z.string().default(''),
        source: z.string().startsWith(SOURCE, `must be ${SOURCE} and the path of a database file`),
        table: z.string().min(1),
      }),
    )
    .min(1, 'must list at least one dataset'),
})

/** The datasets that exist, by name. */
export interface Catalogue {
  list(): Dataset[]
  /** The named dataset, or the only one when no name is given. Throws OpsError `invalid_input` that names what exists. */
  pick(name: string | undefined): Dataset
}

export function createCatalogue(datasets: Dataset[]): Catalogue {
  const byName = new Map(datasets.map((dataset) => [dataset.name, dataset]))
  const names = [...byName.keys()].join(', ')
  return {
    list: () => datasets,
    pick(name) {
      const dataset = name === undefined && datasets.length === 1 ? datasets[0] : byName.get(name ?? '')
      if (dataset) return dataset
      const wrong = name === undefined ? 'Say which dataset to export' : `There is no dataset "${name}"`
      throw new OpsError('invalid_input', `${wrong}; the datasets are: ${names}.`)
    },
  }
}

/**
 * Reads the datasets that a YAML file lists; relative paths in it start at the file's folder. Throws
 * {@link ConfigError} with everything that is wrong with the file.
 */
export function readDatasetsFile(file: string): Dataset[] {
  const parsed = DatasetsFile.safeParse(parseYaml(file))
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `DATASETS_FILE ${file}: ${issue.path.join('.')} ${issue.message}.`),
    )
  }
  const names = parsed.data.datasets.map((dataset) => dataset.name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice) throw new ConfigError([`DATASETS_FILE ${file}: the name "${twice}" is used twice.`])
  return parsed.data.datasets.map(({ source, table, ...dataset }) => {
    const kind = sourceKinds.find(({ schemes }) => schemes.some((scheme) => source.startsWith(scheme)))
    if (!kind) throw new ConfigError([`DATASETS_FILE ${file}: ${source} is of no known kind.`])
    return createDataset({
      ...dataset,
      source: kind.open(source, dirname(file), dataset.name),
      relation: { table },
      parameters: [],
      columns: [],
      key: null,
      order: [],
      rowLimit: null,
      timeoutMs: 60_000,
    })
  })
}

function parseYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const problem = cause instanceof YAMLParseError ? cause.message.split('\n')[0] : 'the file cannot be read'
    throw new ConfigError([`DATASETS_FILE ${file}: ${problem}.`])
  }
}
