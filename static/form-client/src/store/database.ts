/** The phone's own database. Everything that must survive a killed browser lies here, and only here. */

import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Draft, FileEntry, RecordEntry } from '../model'

/** An XForm, byte for byte as the server sent it. */
export interface StoredForm {
  form_id: string
  version: string
  xml: string
}

/** A list of FORMS §2 as the server sent it. */
export interface StoredList {
  name: string
  md5: string
  text: string
  /** Milliseconds since 1970. */
  fetchedAt: number
}

/** A file that belongs to a form: a list, a picture, a sound. */
export interface StoredMedium {
  form_id: string
  name: string
  md5: string
  blob: Blob
}

/** What one record of this phone says about one row of a list, until the server's list says so itself. */
export interface RowChange {
  /** `<record id>/<list>/<row>`. */
  id: string
  record: string
  /** File name of the list. */
  list: string
  row: string
  values: Record<string, string>
  /** The row is new on this phone. */
  isNew: boolean
  order: number
}

/** A draft's row: its files lie beside it, so that a keystroke rewrites no photo. */
export type StoredDraft = Omit<Draft, 'files'>

export interface PhoneSchema extends DBSchema {
  /** Single values by name: the home page, settings, the last answers of each form. */
  facts: { key: string; value: unknown }
  forms: { key: [string, string]; value: StoredForm }
  lists: { key: string; value: StoredList }
  media: { key: [string, string]; value: StoredMedium }
  drafts: { key: string; value: StoredDraft }
  records: { key: string; value: RecordEntry; indexes: { order: number } }
  files: { key: string; value: FileEntry; indexes: { folder: string } }
  changes: { key: string; value: RowChange; indexes: { record: string; list: string } }
  /** Entries of the track that is being recorded, in order. */
  track: { key: number; value: unknown }
}

export type PhoneDatabase = IDBPDatabase<PhoneSchema>

const NAME = 'wangge-phone'
let opened: Promise<PhoneDatabase> | null = null

/** The open database; one connection for the life of the page. */
export function database(): Promise<PhoneDatabase> {
  opened ??= openDB<PhoneSchema>(NAME, 2, {
    upgrade(db, before) {
      if (before < 1) {
        db.createObjectStore('facts')
        db.createObjectStore('forms', { keyPath: ['form_id', 'version'] })
        db.createObjectStore('lists', { keyPath: 'name' })
        db.createObjectStore('drafts', { keyPath: 'id' })
        db.createObjectStore('records', { keyPath: 'id' }).createIndex('order', 'order')
        db.createObjectStore('files', { keyPath: 'id' }).createIndex('folder', 'folder')
        const changes = db.createObjectStore('changes', { keyPath: 'id' })
        changes.createIndex('record', 'record')
        changes.createIndex('list', 'list')
        db.createObjectStore('track', { autoIncrement: true })
      }
      db.createObjectStore('media', { keyPath: ['form_id', 'name'] })
    },
    terminated() {
      opened = null
    },
  })
  return opened
}

/** Close the database and forget the connection. */
export async function closeDatabase(): Promise<void> {
  const open = await opened
  opened = null
  open?.close()
}

export async function fact<T>(name: string): Promise<T | undefined> {
  return (await (await database()).get('facts', name)) as T | undefined
}

export async function setFact(name: string, value: unknown): Promise<void> {
  await (await database()).put('facts', value, name)
}

export async function dropFact(name: string): Promise<void> {
  await (await database()).delete('facts', name)
}

/** Every request of a transaction, or none: one that fails, at once or later, takes back the others. */
export async function allOrNothing(
  tx: { done: Promise<void>; abort(): void },
  requests: () => Iterable<Promise<unknown>>,
): Promise<void> {
  const asked: Promise<unknown>[] = [tx.done]
  try {
    for (const request of requests()) asked.push(request)
    await Promise.all(asked)
  } catch (error) {
    try {
      tx.abort()
    } catch {
      // The database has given it up already.
    }
    await Promise.allSettled(asked)
    throw error
  }
}
