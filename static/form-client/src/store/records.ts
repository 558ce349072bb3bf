/** 草稿与记录: what is being filled, what waits to be sent, what has been sent. */

import type { Attachment, Draft, FileEntry, FinishedFilling, RecordEntry } from '../model'
import { type StoredDraft, allOrNothing, database } from './database'
import { parseXml, renamed } from './instance'
import { newId, newInstanceId } from './identity'
import { announce } from './news'
import { changesOf } from './register'

export { onChange } from './news'

/** Blobs already written, by folder and name: the same photo is not written again with the next keystroke. */
const written = new Map<string, Map<string, Blob>>()

/** Keep a draft as it stands, with its files. */
export async function saveDraft(draft: Draft): Promise<void> {
  const { files, ...row } = draft
  const tx = (await database()).transaction(['drafts', 'files'], 'readwrite')
  await withFiles(tx, draft.id, function* () {
    yield tx.objectStore('drafts').put(row)
    yield* putFiles(tx.objectStore('files'), draft.id, files)
  })
}

export async function drafts(owner: string): Promise<StoredDraft[]> {
  const all = await (await database()).getAll('drafts')
  return all.filter((draft) => draft.owner === owner).sort((one, other) => other.changedAt - one.changedAt)
}

/** How many drafts there are, whosever. */
export async function draftCount(): Promise<number> {
  return (await database()).count('drafts')
}

export async function draft(id: string): Promise<Draft | undefined> {
  const row = await (await database()).get('drafts', id)
  return row && { ...row, files: await filesOf(id) }
}

/** 不要了: the draft and its files are gone. */
export async function dropDraft(id: string): Promise<void> {
  const tx = (await database()).transaction(['drafts', 'files'], 'readwrite')
  await tx.objectStore('drafts').delete(id)
  await dropFolder(tx.objectStore('files'), id)
  await tx.done
  announce()
}

/** What else is known of a record when it is finished. */
export interface Finishing {
  owner: string
  formId: string
  standsFor?: string | null
  version: string
  title: string
  summary: string
  key: string
  corrects: string | null
  /** The XForm it was filled in. */
  formXml: string
  /** Milliseconds since 1970; not sent before. */
  notBefore: number
}

/** 存下: the draft becomes a record that waits to be sent, and the lists on the phone follow. All or nothing. */
export async function finishDraft(folder: string, done: FinishedFilling, about: Finishing): Promise<RecordEntry> {
  const { formXml, ...known } = about
  const changes = changesOf(formXml, done.xml)
  const tx = (await database()).transaction(['drafts', 'records', 'files', 'changes', 'facts'], 'readwrite')
  const last = await tx.objectStore('records').index('order').openCursor(null, 'prev')
  const order = (last?.value.order ?? 0) + 1
  const now = Date.now()
  const record: RecordEntry = {
    ...known, id: done.instanceId, order, xml: done.xml, folder, state: 'saved', savedAt: now, sentAt: null,
    message: '', code: '', setAside: false, attempts: 0, xmlSent: false,
  }
  await withFiles(tx, folder, function* () {
    yield tx.objectStore('records').add(record)
    yield tx.objectStore('drafts').delete(folder)
    yield tx.objectStore('facts').put(done.xml, lastSavedName(about.formId))
    for (const change of changes) {
      const id = `${record.id}/${change.list}/${change.row}`
      yield tx.objectStore('changes').put({ ...change, id, record: record.id, order })
    }
    yield* putFiles(tx.objectStore('files'), folder, done.files)
  })
  announce()
  return record
}

/** Every record of a worker, the latest first. */
export async function records(owner: string): Promise<RecordEntry[]> {
  return (await allRecords()).filter((record) => record.owner === owner).sort((one, other) => other.order - one.order)
}

export async function allRecords(): Promise<RecordEntry[]> {
  return (await database()).getAll('records')
}

export async function record(id: string): Promise<RecordEntry | undefined> {
  return (await database()).get('records', id)
}

/** Change some of a record; nothing happens where it is no more. */
export async function changeRecord(id: string, values: Partial<RecordEntry>): Promise<void> {
  const tx = (await database()).transaction(['records', 'changes'], 'readwrite')
  const known = await tx.objectStore('records').get(id)
  if (known) void tx.objectStore('records').put({ ...known, ...values })
  // What was refused has not happened: the lists on the phone take it back.
  if (values.state === 'refused') await dropChanges(tx.objectStore('changes'), id)
  await tx.done
  announce()
}

/** Other XML for a record that has not begun to leave; nothing happens to one that has. */
export async function rewriteRecord(id: string, xml: string): Promise<void> {
  const tx = (await database()).transaction('records', 'readwrite')
  const known = await tx.store.get(id)
  if (known?.state === 'saved' && !known.xmlSent && known.attempts === 0) void tx.store.put({ ...known, xml })
  await tx.done
}

/** The record and everything that hangs on it is gone; false where it has left or is leaving the phone already. */
export async function removeRecord(id: string, states: readonly RecordEntry['state'][]): Promise<boolean> {
  const tx = (await database()).transaction(['records', 'files', 'changes'], 'readwrite')
  const known = await tx.objectStore('records').get(id)
  const mayGo = known !== undefined && states.includes(known.state)
  if (mayGo) {
    void tx.objectStore('records').delete(id)
    await dropFolder(tx.objectStore('files'), known.folder)
    await dropChanges(tx.objectStore('changes'), id)
  }
  await tx.done
  if (mayGo) announce()
  return mayGo
}

/** The files of a draft or record. */
export async function filesOf(folder: string): Promise<Attachment[]> {
  return (await fileEntries(folder)).map(({ name, blob }) => ({ name, blob }))
}

export async function fileEntries(folder: string): Promise<FileEntry[]> {
  return (await database()).getAllFromIndex('files', 'folder', folder)
}

/** The server has acknowledged a part: its files and the XML need not be sent again. */
export async function markPartSent(id: string, files: readonly FileEntry[]): Promise<void> {
  const tx = (await database()).transaction(['records', 'files'], 'readwrite')
  const known = await tx.objectStore('records').get(id)
  if (known) void tx.objectStore('records').put({ ...known, xmlSent: true, attempts: 0 })
  for (const file of files) void tx.objectStore('files').put({ ...file, sent: true })
  await tx.done
}

/**
 * 改一改再发: a draft of what was refused, under a new instance id, because the server may hold other content under
 * the old one. The refused record is gone once its draft is there.
 */
export async function reopen(id: string): Promise<Draft | undefined> {
  const refused = await record(id)
  if (refused?.state !== 'refused') return undefined
  const now = Date.now()
  const again: Draft = {
    id: newId(), owner: refused.owner, formId: refused.formId,
    standsFor: refused.standsFor, version: refused.version, title: refused.title,
    about: refused.summary, preset: {}, xml: renamed(refused.xml, newInstanceId()),
    files: await filesOf(refused.folder), complete: true, corrects: refused.corrects, startedAt: now, changedAt: now,
  }
  await saveDraft(again)
  await removeRecord(id, ['refused'])
  return again
}

/** The answers of the last finished record of a form (`last-saved`), or null. */
export async function lastSaved(formId: string): Promise<string | null> {
  const xml = (await (await database()).get('facts', lastSavedName(formId))) as string | undefined
  return xml && parseXml(xml) ? xml : null
}

function lastSavedName(formId: string): string {
  return `last-saved/${formId}`
}

interface FileStore {
  index(name: 'folder'): { getAllKeys(folder: string): Promise<string[]> }
  put?(value: FileEntry): Promise<unknown>
  delete?(key: string): Promise<void>
}

/** A transaction that writes files of a folder too: where it is given up, none of them counts as written. */
async function withFiles(
  tx: Parameters<typeof allOrNothing>[0],
  folder: string,
  requests: () => Iterable<Promise<unknown>>,
): Promise<void> {
  try {
    await allOrNothing(tx, requests)
  } catch (error) {
    written.delete(folder)
    throw error
  }
}

function* putFiles(store: FileStore, folder: string, files: readonly Attachment[]): Iterable<Promise<unknown>> {
  const known = written.get(folder) ?? new Map<string, Blob>()
  const names = new Set(files.map((file) => `${folder}/${file.name}`))
  for (const { name, blob } of files) {
    if (known.get(name) === blob) continue
    yield store.put!({ id: `${folder}/${name}`, folder, name, blob, sent: false })
    known.set(name, blob)
  }
  written.set(folder, known)
  const others = store.index('folder').getAllKeys(folder)
  yield others.then((keys) => Promise.all(keys.filter((key) => !names.has(key)).map((key) => store.delete!(key))))
}

async function dropFolder(store: FileStore, folder: string): Promise<void> {
  written.delete(folder)
  for (const key of await store.index('folder').getAllKeys(folder)) void store.delete!(key)
}

interface ChangeStore {
  index(name: 'record'): { getAllKeys(record: string): Promise<string[]> }
  delete?(key: string): Promise<void>
}

async function dropChanges(store: ChangeStore, id: string): Promise<void> {
  for (const key of await store.index('record').getAllKeys(id)) void store.delete!(key)
}
