/** The styles of @getodk/web-forms as a sheet: it puts them into scripts, and resets the page around the form too. */

import { patched, type Patch } from './apply.ts'

/** The sheet's name in the list of patches. */
export const SHEET = 'styles.css'

const INSERTED = /createTextNode\(('(?:[^'\\]|\\.)*')\)/
const RESET = /const resetStyles = `([^`]*)`/
/** Where the reset holds: the form, and what it opens above the page. `:where` leaves every other rule stronger. */
const FORM = ':where(.odk-form, .p-component)'

/** The sheet, from the package's two files that carry styles. Raises where the package writes them otherwise. */
export function formStyles(entry: string, engine: string, patches: readonly Patch[]): string {
  const inserted = INSERTED.exec(entry)?.[1]
  const reset = RESET.exec(engine)?.[1]
  if (!inserted || !reset) throw new Error('the styles of @getodk/web-forms are not where they were')
  const sheet = patched(unquoted(inserted), SHEET, patches)
  return `${FORM} {\n${reset}\n}\n${sheet}`
}

/** A script's text in single quotes as JSON reads it. */
function unquoted(literal: string): string {
  const inside = literal.slice(1, -1).replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"')
  return JSON.parse(`"${inside}"`) as string
}
