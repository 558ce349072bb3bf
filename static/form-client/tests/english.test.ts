import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Names of things, which have no Chinese ones here. */
const NAMES = /ODK Collect|GPS|MB/g
const SHOWN_ATTRIBUTES = 'aria-label|alt|title|placeholder|label'
const BUILT = 'dist/assets/'

function englishIn(words: string): boolean {
  return /[A-Za-z]{2}/.test(words.replace(NAMES, ''))
}

function templates(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.vue')).sort()
}

describe('a screen speaks Chinese only', () => {
  test.each(templates())('%s', (file) => {
    const template = /<template>([\s\S]*)<\/template>/.exec(readFileSync(`src/${file}`, 'utf8'))![1]!
    const attributes = [...template.matchAll(new RegExp(`\\s(?:${SHOWN_ATTRIBUTES})="([^"]*)"`, 'g'))]
    const inner = template.replace(/<!--[\s\S]*?-->/g, '').replace(/\{\{[\s\S]*?\}\}/g, '')
    const texts = [...inner.replace(/=(?:"[^"]*"|'[^']*')/g, '').matchAll(/>([^<]*)</g)]
    expect([...attributes, ...texts].map(([, words]) => words!.trim()).filter(englishIn)).toEqual([])
  })
})

describe('what was built', () => {
  /** Words given to an element, as the bundler writes them: a capital or a space tells them from a name. */
  const GIVEN = /(?:,null,|["']?(?:label|alt|title|placeholder|header|literal|aria-label)["']?:)\s*([`"'])([^`"'\n]*)\1/g

  test.each(readdirSync(BUILT).filter((file) => file.endsWith('.js')))('%s gives no English to an element', (file) => {
    const words = [...readFileSync(BUILT + file, 'utf8').matchAll(GIVEN)].map(([, , text]) => text!.replace(/\$\{[^}]*\}/g, '').trim())
    expect(words.filter((text) => englishIn(text) && /^[A-Z]| /.test(text))).toEqual([])
  })
})
