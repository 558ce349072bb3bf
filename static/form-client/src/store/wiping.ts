/** What leaves the phone by itself, and what it says when everything has left it. */

import { allRecords } from './records'
import { recorder } from '../track/here'
import { database } from './database'

const DAY_MS = 86_400_000
const PHOTOS_KEPT_MS = 30 * DAY_MS
const SENT_KEPT_MS = 90 * DAY_MS
/** Below this the photos of what was sent go at once. */
export const SPARE_LOW = 60_000_000

/** Lists, forms and their files, the home page, last answers and the track: personal, and not to be read by whoever signs in next. */
export async function forgetRegister(): Promise<void> {
  const tx = (await database()).transaction(['facts', 'forms', 'lists', 'media', 'changes'], 'readwrite')
  for (const name of await tx.objectStore('facts').getAllKeys()) {
    if (name === 'home' || name.startsWith('last-saved/')) void tx.objectStore('facts').delete(name)
  }
  void tx.objectStore('forms').clear()
  void tx.objectStore('lists').clear()
  void tx.objectStore('media').clear()
  void tx.objectStore('changes').clear()
  await tx.done
  await recorder.discard()
}

/** Drop the photos of what was sent 30 days ago, and the record itself after 90. */
export async function dropOldRecords(now: number, spare: number | null): Promise<void> {
  const photosKept = spare !== null && spare < SPARE_LOW ? 0 : PHOTOS_KEPT_MS
  for (const record of await allRecords()) {
    if (record.state !== 'sent' || record.sentAt === null) continue
    const age = now - record.sentAt
    if (age > SENT_KEPT_MS) await drop(record.id, record.folder, true)
    else if (age > photosKept) await drop(record.id, record.folder, false)
  }
}

async function drop(id: string, folder: string, wholly: boolean): Promise<void> {
  const tx = (await database()).transaction(['records', 'files'], 'readwrite')
  for (const key of await tx.objectStore('files').index('folder').getAllKeys(folder)) {
    void tx.objectStore('files').delete(key)
  }
  if (wholly) void tx.objectStore('records').delete(id)
  await tx.done
}

/** Bytes the page may still write; null where the browser does not say. */
export async function spareBytes(): Promise<number | null> {
  const estimate = await navigator.storage?.estimate?.()
  return estimate?.quota === undefined ? null : estimate.quota - (estimate.usage ?? 0)
}

/** How many records and drafts are on the phone and nowhere else. */
export interface Inventory {
  unsent: number
  drafts: number
}

/** Beside the database, so that its loss is noticed. */
const INVENTORY = 'wangge-phone-inventory'

/** Note how much is on the phone that is nowhere else. */
export function noteInventory(inventory: Inventory): void {
  try {
    localStorage.setItem(INVENTORY, JSON.stringify(inventory))
  } catch {
    // A browser that stores nothing here loses the note, not the records.
  }
}

/** What the note says is missing from the database; null where nothing is. */
export function missingFrom(present: Inventory): Inventory | null {
  try {
    const noted = JSON.parse(localStorage.getItem(INVENTORY) ?? 'null') as Inventory | null
    if (!noted) return null
    const missing = {
      unsent: Math.max(0, noted.unsent - present.unsent),
      drafts: Math.max(0, noted.drafts - present.drafts),
    }
    return missing.unsent + missing.drafts > 0 ? missing : null
  } catch {
    return null
  }
}
