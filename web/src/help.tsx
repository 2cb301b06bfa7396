import { Choices } from './choices.tsx'
import { Dialog } from './dialog.tsx'

const keys: readonly [string, string][] = [
  ['/', 'Search or filter'],
  ['j, k', 'Next and previous in a list'],
  ['x', 'Choose what the list is at'],
  ['Shift x', 'Choose all from the last chosen to it'],
  ['r', 'Retry: what is chosen, or the group the list is at'],
  ['d', 'Discard the same'],
  ['Esc', 'Close a dialog'],
  ['?', 'This help'],
]

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="choices">
        <Choices setting="keys" label="Keys" atFirst="on" names={{ on: 'on', off: 'off' }} />
      </div>
      <p className="hint">What you see follows the queues by itself; the age at the top says of when it is.</p>
    </Dialog>
  )
}
