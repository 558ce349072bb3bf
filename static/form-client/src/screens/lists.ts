/** The lists as the screens show them; they follow every change on the phone. */

import { type Ref, onScopeDispose, shallowRef } from 'vue'
import type { Fix, GridEntry, ListRow, RecordEntry } from '../model'
import { metresBetween } from '../outline/plane'
import { placeOf } from '../outline/ring'
import { dayOf } from '../quick/clock'
import { worker } from '../session/phone'
import type { StoredDraft } from '../store/database'
import { rows } from '../store/lists'
import { onChange } from '../store/news'
import { drafts, records } from '../store/records'
import { isOf } from '../store/standing'
import { isToday } from '../words'

/** A value read again after every change. */
function following<T>(read: () => Promise<T>, before: T): Ref<T> {
  const value = shallowRef(before) as Ref<T>
  const again = async () => {
    value.value = await read()
  }
  onScopeDispose(onChange(() => void again()))
  void again()
  return value
}

export const useHouseholds = () => following(() => rows('households.csv'), [] as ListRow[])
export const useCases = () => following(() => rows('open_cases.csv'), [] as ListRow[])
export const useRecords = () => following(() => records(worker()), [] as RecordEntry[])
export const useDrafts = () => following(() => drafts(worker()), [] as StoredDraft[])

/** 该走访的: overdue first, then due; what was tried today last; among equals what lies near. */
export function dueVisits(households: readonly ListRow[], here: Fix | null): ListRow[] {
  const due = households.filter((row) => row.due_state === 'overdue' || row.due_state === 'due')
  return sorted(due, (row) => [Number(isToday(row.last_attempt)), Number(row.due_state !== 'overdue'), away(row, here)])
}

/** Rows whose name or address holds every word of the search. */
export function matching(households: readonly ListRow[], search: string): ListRow[] {
  const words = search.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...households]
  return households.filter((row) => words.every((word) => `${row.label} ${row.address}`.includes(word)))
}

/** What is known of a day's patrols. */
export interface PatrolNews {
  /** This worker's records on this phone. */
  records: readonly RecordEntry[]
  grids: readonly GridEntry[]
  /** When the server said so of its grids, milliseconds since 1970. */
  heardAt: number
}

/** Codes of the grids patrolled on a day, `YYYY-MM-DD`: by a record of this phone, or as the server said that day. */
export function patrolledOn(day: string, { records, grids, heardAt }: PatrolNews): Set<string> {
  const here = records.filter((record) => isOf('patrol', record) && record.state !== 'refused' && dayOf(record.savedAt) === day)
  const there = dayOf(heardAt) === day ? grids.filter((grid) => grid.patrolled_today) : []
  return new Set([...here.map((record) => record.key), ...there.map((grid) => grid.code)])
}

function away(row: ListRow, here: Fix | null): number {
  if (!here) return 0
  const place = placeOf(row.geometry ?? '')
  return place ? metresBetween(here, place) : Infinity
}

/** Sorted by keys in turn; equals stay in the server's order. */
function sorted(listed: ListRow[], keys: (row: ListRow) => number[]): ListRow[] {
  const keyed = listed.map((row) => ({ row, keys: keys(row) }))
  keyed.sort((one, other) => {
    const at = one.keys.findIndex((key, index) => key !== other.keys[index])
    return at < 0 ? 0 : one.keys[at]! - other.keys[at]!
  })
  return keyed.map(({ row }) => row)
}
