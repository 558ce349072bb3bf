/** Vite plugin: @getodk/web-forms with our patches, and its styles as one sheet that stays inside the form. */

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Plugin } from 'vite'
import { patched, type Patch } from './apply.ts'
import { formStyles, SHEET } from './styles.ts'

const PACKAGE = '/@getodk/web-forms/dist/'
const STYLES = 'virtual:web-forms.css'

export function patchWebForms(patches: readonly Patch[]): Plugin {
  const seen = new Set<string>()
  return {
    name: 'wangge-patch-web-forms',
    enforce: 'pre',
    apply: 'build',
    resolveId(id) {
      // The leading zero byte would keep Vite from treating it as a style sheet.
      return id === STYLES ? STYLES : undefined
    },
    load(id) {
      if (id !== STYLES) return undefined
      const folder = `node_modules${PACKAGE}`
      const entry = readFileSync(`${folder}index.js`, 'utf8')
      const engine = readFileSync(`${folder}index-DlGh9P5C.js`, 'utf8')
      seen.add(SHEET)
      return formStyles(entry, engine, patches)
    },
    transform(source, id) {
      if (!id.includes(PACKAGE)) return undefined
      const file = basename(id)
      seen.add(file)
      return { code: patched(source, file, patches), map: null }
    },
    buildEnd(error) {
      const missed = patches.filter(({ file }) => !seen.has(file))
      if (!error && seen.size > 0 && missed.length > 0) {
        this.error(`patches for files that were not built: ${missed.map(({ name }) => name).join(', ')}`)
      }
    },
  }
}
