import type { DatasetInfo, ListDatasetsOutput } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isListOfDatasets } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { Nothing, Trouble } from '../notice.tsx'
import { readPages, type Pages } from '../read-pages.ts'
import { useAsked } from '../use-asked.ts'
import { ExportForm } from './export-form.tsx'

/** More pages than any catalogue has, and an end should a server never come to one. */
const MOST_PAGES = 100

/** Choose a dataset, then what of it and how. */
export function StartExport({ started }: { started: () => void }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const { answer, problem, again } = useDatasets({})
  const datasets = answer?.pages.flatMap((page) => page.datasets) ?? []
  const name = chosen ?? datasets[0]?.name
  if (problem) return <Trouble again={again}>{problem}</Trouble>
  if (!answer) return <Nothing busy>Reading the datasets …</Nothing>
  if (name === undefined) return <Nothing>There are no datasets: DATASETS_FILE names none.</Nothing>
  return (
    <div className="start-export">
      <label className="field">
        Dataset
        <select value={name} onChange={(event) => setChosen(event.target.value)}>
          {datasets.map((dataset) => (
            <option key={dataset.name}>{dataset.name}</option>
          ))}
        </select>
      </label>
      <ChosenDataset key={name} name={name} started={started} />
    </div>
  )
}

function ChosenDataset({ name, started }: { name: string; started: () => void }) {
  const { answer, problem, again } = useDatasets({ dataset: name })
  if (problem) return <Trouble again={again}>{problem}</Trouble>
  const whole = answer && wholeOf(answer.pages)
  if (!whole) return <Nothing busy>Reading its columns …</Nothing>
  if (whole.dataset.problem !== null) return <Trouble again={again}>{whole.dataset.problem}</Trouble>
  return <ExportForm {...whole} started={started} />
}

function useDatasets(input: { dataset?: string }) {
  return useAsked<Pages<ListDatasetsOutput>>(
    `datasets ${input.dataset ?? ''}`,
    (stop) =>
      readPages(MOST_PAGES, (cursor) =>
        callTool('list_datasets', cursor === null ? input : { ...input, cursor }, isListOfDatasets, stop),
      ),
    () => null,
  )
}

/** One dataset from the pages of its columns. */
function wholeOf(pages: ListDatasetsOutput[]) {
  const [first] = pages
  const dataset: DatasetInfo | undefined = first?.datasets[0]
  if (!first || !dataset) return null
  const columns = pages.flatMap((page) => page.datasets.flatMap((each) => each.columns))
  const types: ListDatasetsOutput['types'] = Object.assign({}, ...pages.map((page) => page.types))
  return { dataset: { ...dataset, columns }, types, formats: first.formats }
}
