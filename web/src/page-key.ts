/**
 * Whether a key is for the page: not typed into a field, nor for the browser, nor pressed while a dialog waits for its answer.
 */
export function isPageKey({ target, ctrlKey, metaKey, altKey, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || ctrlKey || metaKey || altKey || document.querySelector('dialog[open]')) return false
  return !(target instanceof Element && target.closest('input:not([type=checkbox]), select, textarea'))
}
