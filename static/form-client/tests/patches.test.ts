import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { patched, PatchDoesNotFit, type Patch } from '../patches/apply'
import { formStyles, SHEET } from '../patches/styles'
import { PATCHES } from '../patches/web_forms'

const FOLDER = 'node_modules/@getodk/web-forms/dist/'
const FILES = [...new Set(PATCHES.map(({ file }) => file))].filter((file) => file !== SHEET)

function patch(changes: Partial<Patch> = {}): Patch {
  return { name: 'a word', file: 'a.js', pattern: 'Send', replacement: '发送', count: 1, reason: 'a test', ...changes }
}

describe('a patch', () => {
  test('changes its file and no other', () => {
    expect(patched('"Send"', 'a.js', [patch()])).toBe('"发送"')
    expect(patched('"Send"', 'b.js', [patch()])).toBe('"Send"')
  })

  test.each([['', 0], ['Send Send', 2]])('that no longer matches once in %j fails the build', (source, found) => {
    expect(() => patched(source, 'a.js', [patch()])).toThrow(PatchDoesNotFit)
    expect(() => patched(source, 'a.js', [patch()])).toThrow(`matches ${found} times`)
  })

  test('counts the matches of a regular expression too', () => {
    expect(() => patched('Send Send', 'a.js', [patch({ pattern: /Send/g })])).toThrow(PatchDoesNotFit)
  })

  test('is not confused by a dollar sign', () => {
    expect(patched('Send', 'a.js', [patch({ replacement: '$& $1' })])).toBe('$& $1')
  })
})

describe('the patches of web-forms', () => {
  test.each(FILES)('fit %s', (file) => {
    expect(patched(readFileSync(FOLDER + file, 'utf8'), file, PATCHES)).not.toBe('')
  })

  test('fit its styles, which then bring neither fonts nor a reset of the page', () => {
    const sheet = formStyles(
      readFileSync(`${FOLDER}index.js`, 'utf8'), readFileSync(`${FOLDER}index-DlGh9P5C.js`, 'utf8'), PATCHES,
    )
    expect(sheet).not.toContain('@font-face')
    expect(sheet.length).toBeLessThan(60_000)
    expect(sheet.startsWith(':where(.odk-form, .p-component) {')).toBe(true)
  })

  test('each say why', () => {
    expect(PATCHES.filter(({ reason }) => reason.length < 5)).toEqual([])
  })
})
