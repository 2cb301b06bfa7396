/** `1 job`, `2 jobs` */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

/** `0.4 s`, `12 s`, `3 min`, `2 h`, `4 d`: what a glance can take in. */
export function lasting(ms: number): string {
  const s = Math.max(ms, 0) / 1000
  if (s < 1) return `${Math.round(s * 10) / 10} s`
  if (s < 120) return `${Math.round(s)} s`
  if (s < 7200) return `${Math.round(s / 60)} min`
  return s < 172_800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86_400)} d`
}

/** `2026-11-24 09:00 UTC` */
export const moment = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
