import { useSyncExternalStore } from 'react'

/** What a reader has chosen for this browser. The first choice of each is the usual one. */
export const choices = {
  theme: ['auto', 'light', 'dark'],
  zone: ['local', 'utc'],
  keys: ['on', 'off'],
} as const
export type Setting = keyof typeof choices
export type Choice<S extends Setting> = (typeof choices)[S][number]

const changed = 'settingchange'

/** `atFirst` is what the HTML of the server was made with, where nothing is known of the browser. */
export function useSetting<S extends Setting>(setting: S, atFirst: Choice<S>): Choice<S> {
  return useSyncExternalStore(
    subscribe,
    () => readSetting(setting),
    () => atFirst,
  )
}

/** Keeps a choice for all tabs. Where nothing can be kept it lasts as long as the tab. */
export function choose<S extends Setting>(setting: S, choice: Choice<S>): void {
  chosenHere.set(setting, choice)
  try {
    localStorage.setItem(keyOf(setting), choice)
  } catch {
    // Forbidden by the browser.
  }
  dispatchEvent(new Event(changed))
}

const chosenHere = new Map<Setting, string>()
const keyOf = (setting: Setting) => `queue-ops.${setting}`

function readSetting<S extends Setting>(setting: S): Choice<S> {
  const known: readonly Choice<S>[] = choices[setting]
  const kept = keptOf(setting) ?? chosenHere.get(setting)
  return known.find((choice) => choice === kept) ?? (choices[setting][0] as Choice<S>)
}

function keptOf(setting: Setting): string | null {
  try {
    return localStorage.getItem(keyOf(setting))
  } catch {
    return null
  }
}

function subscribe(react: () => void): () => void {
  addEventListener(changed, react)
  addEventListener('storage', react)
  return () => {
    removeEventListener(changed, react)
    removeEventListener('storage', react)
  }
}
