import type { RowFormat } from './format.ts'
import { jsonObject } from './json-object.ts'

/** One JSON array with an object per row, one row a line. */
export const json: RowFormat = {
  contentType: 'application/json; charset=utf-8',
  begin({ columns }) {
    const object = jsonObject(columns)
    return {
      head: () => '[',
      rows: (batch, written) => {
        let text = ''
        let between = written === 0 ? '\n' : ',\n'
        for (const cells of batch) {
          text += between
          text += object(cells)
          between = ',\n'
        }
        return text
      },
      tail: (written) => (written === 0 ? ']\n' : '\n]\n'),
    }
  },
}
