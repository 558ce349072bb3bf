/** 名单: the lists of FORMS §2, as the server sent them and as this phone's own records have changed them since. */

import type { ListRow } from '../model'
import { columnsOf, parseCsv, writeCsv } from './csv'
import { type RowChange, type StoredList, database } from './database'

/** The rows of a list, in the server's order; a row new on this phone comes first. */
export async function rows(name: string): Promise<ListRow[]> {
  const db = await database()
  const stored = await db.get('lists', name)
  return changed(stored ? parseCsv(stored.text) : [], await changesTo(name))
}

/** The list as the form reads it, or null where the phone has none. */
export async function listFile(name: string): Promise<Blob | null> {
  const stored = await (await database()).get('lists', name)
  if (!stored) return null
  const changes = await changesTo(name)
  const text =
    changes.length === 0 ? stored.text : writeCsv(columnsOf(stored.text), changed(parseCsv(stored.text), changes))
  return new Blob([text], { type: 'text/csv' })
}

export async function keepList(list: StoredList): Promise<void> {
  await (await database()).put('lists', list)
}

/** The md5 of every list on the phone, by name. */
export async function listSums(): Promise<Map<string, string>> {
  const lists = await (await database()).getAll('lists')
  return new Map(lists.map((list) => [list.name, list.md5]))
}

/** Ids of the records the server has taken into its lists by now. */
export async function arrivedRecords(): Promise<Set<string>> {
  const known = await (await database()).getAll('records')
  return new Set(known.filter((record) => record.state === 'sent' && !record.setAside).map((record) => record.id))
}

/** Forget what the server's lists say themselves: changes of records that had arrived before the lists were asked for. */
export async function settleChanges(arrived: ReadonlySet<string>): Promise<void> {
  const tx = (await database()).transaction('changes', 'readwrite')
  for (const change of await tx.store.getAll()) {
    if (arrived.has(change.record)) void tx.store.delete(change.id)
  }
  await tx.done
}

async function changesTo(name: string): Promise<RowChange[]> {
  const found = await (await database()).getAllFromIndex('changes', 'list', name)
  return found.sort((one, other) => one.order - other.order)
}

/** Rows with the phone's own changes; a change to a row that has left the list is dropped. */
export function changed(listed: ListRow[], changes: readonly RowChange[]): ListRow[] {
  if (changes.length === 0) return listed
  const byName = new Map(listed.map((row) => [row.name ?? '', { ...row }]))
  const own: ListRow[] = []
  for (const change of changes) {
    const row = byName.get(change.row)
    if (row) Object.assign(row, change.values)
    else if (change.isNew) {
      const fresh = { name: change.row, ...change.values }
      byName.set(change.row, fresh)
      own.push(fresh)
    }
  }
  return [...own, ...listed.map((row) => byName.get(row.name ?? '')!)]
}
