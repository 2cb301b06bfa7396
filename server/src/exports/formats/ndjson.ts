import type { RowFormat } from './format.ts'
import { jsonObject } from './json-object.ts'

/** A JSON object per row, one a line (ndjson.org). */
export const ndjson: RowFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  begin({ columns }) {
    const object = jsonObject(columns)
    return {
      head: () => '',
      rows: (batch) => {
        let text = ''
        for (const cells of batch) text += `${object(cells)}\n`
        return text
      },
      tail: () => '',
    }
  },
}
