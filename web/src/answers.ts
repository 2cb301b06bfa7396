import type {
  Column,
  DatasetInfo,
  DatasetParameter,
  ExportProgress,
  ExportResult,
  ExportStatusOutput,
  FailureGroup,
  FailureGroups,
  FailuresOfGroup,
  FoundJob,
  GetJobOutput,
  HandleDeadLettersOutput,
  ListDatasetsOutput,
  ListedExport,
  ListExportsOutput,
  ListOperationsOutput,
  OperationOutput,
  PauseQueueOutput,
  SearchLine,
  StartExportOutput,
} from '@queue-ops/server/contract'
import type { Guard } from './ask-api.ts'
import { isBoolean, isInstant, isNumber, isString, listOf, orNull, uses, type Test } from './shape.ts'

/** A guard from a test that looks at the type's fields. */
const guard =
  <T>(test: Test): Guard<T> =>
  (value): value is T =>
    test(value)

const failureGroup = uses<FailureGroup>({
  group: isString,
  count: isNumber,
  first_seen: isInstant,
  last_seen: isInstant,
  job_names: listOf(isString),
  pattern: isString,
  untrusted_sample: isString,
  spark: listOf(isNumber),
})

const foundJob = uses<FoundJob>({
  job_id: isString,
  name: isString,
  state: isString,
  at: isInstant,
  untrusted_text: isString,
  board_url: isString,
})

export const isFailureGroups = guard<FailureGroups>(
  uses<FailureGroups>({
    queue: isString,
    total: isNumber,
    grouped: isNumber,
    in_no_group: isNumber,
    too_old: isNumber,
    complete: isBoolean,
    groups: listOf(failureGroup),
    group_count: isNumber,
    next_cursor: orNull(isString),
  }),
)

export const isFailuresOfGroup = guard<FailuresOfGroup>(
  uses<FailuresOfGroup>({
    queue: isString,
    group: failureGroup,
    jobs: listOf(foundJob),
    next_cursor: orNull(isString),
  }),
)

export const isSearchLine = guard<SearchLine>(
  uses<SearchLine>({
    found: listOf(foundJob),
    scanned: isNumber,
    total: isNumber,
    done: isBoolean,
    stopped: orNull(isString),
  }),
)

export const isPreview = guard<HandleDeadLettersOutput>(
  uses<HandleDeadLettersOutput>({
    queue: isString,
    count: isNumber,
    sample_ids: listOf(isString),
    oldest_failed_at: orNull(isInstant),
    newest_failed_at: orNull(isInstant),
    confirm_token: orNull(isString),
    operation_id: orNull(isString),
  }),
)

const operation = uses<OperationOutput>({
  operation_id: isString,
  kind: isString,
  queue: isString,
  about: isString,
  state: isString,
  cancelled: isBoolean,
  cancelled_by: orNull(isString),
  ahead: isNumber,
  total: orNull(isNumber),
  done: isNumber,
  gone: isNumber,
  kept: isNumber,
  per_s: orNull(isNumber),
  rate_per_s: orNull(isNumber),
  asked_by: orNull(isString),
  created_at: isInstant,
  finished_at: orNull(isInstant),
  fail_reason: orNull(isString),
})

export const isOperation = guard<OperationOutput>(operation)

export const isListOfOperations = guard<ListOperationsOutput>(
  uses<ListOperationsOutput>({ operations: listOf(operation), next_cursor: orNull(isString) }),
)

export const isPaused = guard<PauseQueueOutput>(uses<PauseQueueOutput>({ paused: isBoolean }))

/** `GET /api/queues/QUEUE/jobs/ID`. */
export type JobOnPage = GetJobOutput & { board_url: string }

export const isJob = guard<JobOnPage>(
  uses<JobOnPage>({
    queue: isString,
    job_id: isString,
    name: isString,
    state: isString,
    attempts: uses<GetJobOutput['attempts']>({ made: isNumber, max: isNumber }),
    created_at: isInstant,
    started_at: orNull(isInstant),
    finished_at: orNull(isInstant),
    untrusted: uses<GetJobOutput['untrusted']>({
      data: isString,
      progress: isString,
      return_value: isString,
      reason: isString,
      stack: isString,
      logs: listOf(isString),
    }),
    board_url: isString,
  }),
)

export const isListOfExports = guard<ListExportsOutput>(
  uses<ListExportsOutput>({
    exports: listOf(
      uses<ListedExport>({
        job_id: isString,
        state: isString,
        cancelled: isBoolean,
        dataset: isString,
        format: isString,
        schedule: orNull(isString),
        created_at: isInstant,
        finished_at: orNull(isInstant),
        rows: orNull(isNumber),
      }),
    ),
    next_cursor: orNull(isString),
  }),
)

const exportStatus = uses<ExportStatusOutput>({
  job_id: isString,
  state: isString,
  cancelled: isBoolean,
  progress: orNull(
    uses<ExportProgress>({
      rows: isNumber,
      total: orNull(isNumber),
      percent: orNull(isNumber),
      seconds_left: orNull(isNumber),
    }),
  ),
  result: orNull(
    uses<ExportResult>({
      bytes: isNumber,
      sha256: isString,
      file: isString,
      notes: listOf(isString),
      download_url: orNull(isString),
      file_problem: orNull(isString),
    }),
  ),
  fail_reason: orNull(isString),
  attempts: uses<ExportStatusOutput['attempts']>({ made: isNumber, max: isNumber }),
})

export const isExportStatus = guard<ExportStatusOutput>(exportStatus)

export const isStarted = guard<StartExportOutput>(uses<StartExportOutput>({ job_id: isString }))

const isObject: Test = (value) => typeof value === 'object' && value !== null

export const isListOfDatasets = guard<ListDatasetsOutput>(
  uses<ListDatasetsOutput>({
    datasets: listOf(
      uses<DatasetInfo>({
        name: isString,
        description: isString,
        parameters: listOf(
          uses<DatasetParameter>({
            name: isString,
            type: isString,
            description: isString,
            required: isBoolean,
          }),
        ),
        row_limit: orNull(isNumber),
        columns: listOf(
          uses<Column>({
            name: isString,
            type: isString,
            label: orNull(isString),
            filterable: isBoolean,
          }),
        ),
        problem: orNull(isString),
      }),
    ),
    next_cursor: orNull(isString),
    types: isObject,
    formats: listOf(isString),
  }),
)
