import { Dialog } from './dialog.tsx'

const keys: readonly [string, string][] = [
  ['/', 'Search or filter'],
  ['j, k', 'Next and previous in a list'],
  ['x', 'Choose what the list is at'],
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
      <p className="hint">What you see follows the queues by itself; the age at the top says of when it is.</p>
    </Dialog>
  )
}
