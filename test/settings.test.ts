import { readFile } from 'node:fs/promises'
import { settings } from '@queue-ops/server/config'
import { expect, test } from 'vitest'

const read = (file: string) => readFile(new URL(`../${file}`, import.meta.url), 'utf8')
const names = Object.keys(settings.shape)

test('README has a row for every setting and for nothing else', async () => {
  const rows = (await read('README.md')).matchAll(/^\| `([A-Z_]+)` \|/gm)
  expect([...rows].map(([, name]) => name).toSorted()).toEqual(names.toSorted())
})

test('.env.example has a line for every setting and for nothing else', async () => {
  const lines = (await read('.env.example')).matchAll(/^#? ?([A-Z_]+)=/gm)
  expect([...lines].map(([, name]) => name).toSorted()).toEqual(names.toSorted())
})

test('README and .env.example name the defaults that are in force', async () => {
  const [readme, example] = [await read('README.md'), await read('.env.example')]
  for (const [name, schema] of Object.entries(settings.shape)) {
    const preset = 'def' in schema && 'defaultValue' in schema.def ? String(schema.def.defaultValue) : null
    if (preset === null) continue
    expect(readme).toMatch(new RegExp(`^\\| \`${name}\` \\| \`${preset.replaceAll('.', '\\.')}\` \\|`, 'm'))
    expect(example).toMatch(new RegExp(`^# ${name}=${preset.replaceAll('.', '\\.')}$`, 'm'))
  }
})
