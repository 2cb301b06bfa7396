/** A change that somebody asks Bull Board for. */
export interface BoardAction {
  /** As Bull Board writes it: `/api/queues/:queueName/:jobId/retry`. */
  route: string
  params: Record<string, unknown>
  body: unknown
}

/** Where all queues are meant. */
const EVERY_QUEUE = '*'

const SHOWN_CHARS = 100

/** The queue that it is about. */
export const queueOf = ({ params }: BoardAction): string => textOf(params['queueName'] ?? EVERY_QUEUE)

/** The job that it is about, null for the whole queue or more. */
export const jobOf = ({ params }: BoardAction): string | null =>
  params['jobId'] === undefined ? null : textOf(params['jobId'])

/** What is done, in a few words: `retry, job 12`, `remove all failed`, `concurrency 4`. No payload is in it. */
export function sayAction(action: BoardAction): string {
  const { route, params, body } = action
  const steps = route
    .split('/')
    .filter((step) => !['', 'api', 'queues', ':queueName', ':jobId'].includes(step))
    .map((step) => (step.startsWith(':') ? textOf(params[step.slice(1)]) : (words[step] ?? step.replaceAll('-', ' '))))
  if ('queueStatus' in params) steps.splice(1, 0, 'all')
  const job = jobOf(action)
  return cut([...steps, ...settingsIn(body)].join(' ')) + (job === null ? '' : `, job ${cut(job)}`)
}

const words: Record<string, string | undefined> = {
  clean: 'remove',
  'update-data': 'change the data',
  add: 'add a job',
}

/** The numbers and switches of a body; texts and objects in it are data of somebody's. */
function settingsIn(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'boolean' ? [name === 'force' ? `(${name})` : String(value)] : [],
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

const cut = (text: string) => (text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS).toWellFormed()}…` : text)
