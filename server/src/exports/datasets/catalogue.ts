import { OpsError } from '../../errors.ts'
import type { Dataset } from './dataset.ts'
import { listed, quoted } from './mistakes.ts'

/** The datasets that exist, by name. */
export interface Catalogue {
  list(): Dataset[]
  /**
   * The named dataset, or the only one when no name is given; it stays what it is, whatever happens to the catalogue.
   * Throws OpsError `invalid_input` that names what exists.
   */
  pick(name: string | undefined): Dataset
}

export function createCatalogue(datasets: Dataset[]): Catalogue {
  const byName = new Map(datasets.map((dataset) => [dataset.name, dataset]))
  return {
    list: () => datasets,
    pick(name) {
      const dataset = name === undefined && datasets.length === 1 ? datasets[0] : byName.get(name ?? '')
      if (dataset) return dataset
      const wrong = name === undefined ? 'Say which dataset to export' : `There is no dataset ${quoted(name)}`
      throw new OpsError('invalid_input', `${wrong}; the datasets are: ${listed([...byName.keys()])}.`)
    },
  }
}
