/** Lists as long as a form needs them: a village cadre has 2,000 households, and a form is about one of them. */

import { columnsOf, parseCsv, writeCsv } from '../store/csv'

/** More rows than anybody scrolls through; the server has put the most urgent first. */
const MOST_ROWS = 300
/** Columns in which a row says which row of another list it belongs to. */
const BELONGS_TO = ['household']

export interface Narrowed {
  csv: string
  /** Rows somebody may look for are not in it. */
  isCut: boolean
}

/** What a record speaks of already: answers given when it was opened, or everything an instance says. */
export function spokenOf(answers: Record<string, string>, xml: string): Set<string> {
  const said = [...xml.matchAll(/>([^<>]+)</g)].map(([, text]) => text!)
  return new Set([...Object.values(answers), ...said].flatMap((text) => text.split(' ')).filter((text) => text !== ''))
}

/**
 * A long list with the rows the record speaks of; where it speaks of none, its first rows. A short list is left as it
 * is: a form may count its rows.
 */
export function narrowed(csv: string, spoken: ReadonlySet<string>): Narrowed {
  const rows = parseCsv(csv)
  if (rows.length <= MOST_ROWS) return { csv, isCut: false }
  const named = rows.filter((row) => [row.name, ...BELONGS_TO.map((column) => row[column])].some(isSpoken))
  const kept = named.length > 0 ? named : rows.slice(0, MOST_ROWS)
  return { csv: writeCsv(columnsOf(csv), kept), isCut: named.length === 0 }

  function isSpoken(value: string | undefined): boolean {
    return value !== undefined && spoken.has(value)
  }
}
