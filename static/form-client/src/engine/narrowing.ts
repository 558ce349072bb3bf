/** Lists as long as a form needs them: a village cadre has 2,000 households, a county's own list a hundred thousand rows. */

import { columnsOf, parseCsv, writeCsv } from '../store/csv'

/** Lists a record is opened from: one row of theirs is what it is about. */
const OPENED_FROM = new Set(['households.csv', 'persons.csv', 'open_cases.csv'])
/** More rows of these than anybody scrolls through; the server has put the most urgent first. */
const MOST_TO_SCROLL = 300
/** More rows of any other list than an old phone opens in good time. */
export const MOST_ROWS = 2_000
/** Columns in which a row says which row of another list it belongs to. */
const BELONGS_TO = ['household']

/** none: nobody misses a row; round: of his round; own: of a county's own list. */
export type Cut = 'none' | 'round' | 'own'

export interface Narrowed {
  csv: string
  /** Which kind of list has rows somebody may look for that are not in it. */
  cut: Cut
}

/** What a record speaks of already: answers given when it was opened, or everything an instance says. */
export function spokenOf(answers: Record<string, string>, xml: string): Set<string> {
  const said = [...xml.matchAll(/>([^<>]+)</g)].map(([, text]) => text!)
  return new Set([...Object.values(answers), ...said].flatMap((text) => text.split(' ')).filter((text) => text !== ''))
}

/**
 * A long list cut short. One a record is opened from keeps the rows the record speaks of, where it speaks of any; any
 * other keeps them beside its first rows. A short list is left as it is: a form may count its rows.
 */
export function narrowed(name: string, csv: string, spoken: ReadonlySet<string>): Narrowed {
  const isRound = OPENED_FROM.has(name)
  const most = isRound ? MOST_TO_SCROLL : MOST_ROWS
  const rows = parseCsv(csv)
  if (rows.length <= most) return { csv, cut: 'none' }
  const isSpoken = (value: string | undefined) => value !== undefined && spoken.has(value)
  const isNamed = (row: Record<string, string>) => [row.name, ...BELONGS_TO.map((column) => row[column])].some(isSpoken)
  const named = isRound ? rows.filter(isNamed) : []
  const kept = named.length > 0 ? named : rows.filter((row, at) => at < most || (!isRound && isNamed(row)))
  const cut = named.length > 0 ? 'none' : isRound ? 'round' : 'own'
  return { csv: writeCsv(columnsOf(csv), kept), cut }
}
