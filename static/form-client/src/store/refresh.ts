/** 更新: the home page, forms and lists, fetched when there is a network and only where they have changed. */

import type { FormEntry, HomePage } from '../model'
import { ask } from '../session/ask'
import { phone } from '../session/phone'
import { heed } from '../session/session'
import { database, fact, setFact } from './database'
import { arrivedRecords, keepList, listSums, settleChanges } from './lists'
import { dropUnnamed, keepMedium, mediumSum } from './media'
import { announce } from './news'
import { forgetRegister } from './wiping'

interface StoredHome {
  page: HomePage
  etag: string
  heardAt: number
}

let running: Promise<boolean> | null = null

/** Show what the phone knows from last time. */
export async function recallHome(): Promise<void> {
  const stored = await fact<StoredHome>('home')
  if (!stored) return
  phone.home = stored.page
  phone.heardAt = stored.heardAt
  const held = new Set((await (await database()).getAllKeys('forms')).map(([id, version]) => `${id}/${version}`))
  const wanted = stored.page.forms.filter((form) => form.refused === null)
  phone.complete = wanted.every((form) => held.has(`${form.form_id}/${form.version}`))
}

/** Ask the server for what is new; true when the phone is up to date. A second call joins the first. */
export function refresh(): Promise<boolean> {
  running ??= fetchAll().finally(() => {
    running = null
  })
  return running
}

async function fetchAll(): Promise<boolean> {
  const asked = Date.now()
  const arrived = await arrivedRecords()
  const stored = await fact<StoredHome>('home')
  const headers: Record<string, string> = stored?.etag ? { 'If-None-Match': stored.etag } : {}
  const reply = await ask('/w/api/home', { headers })
  heed(reply)
  if (reply.kind === 'answer') await keepHome(reply.body as HomePage, reply.headers.get('ETag') ?? '', asked)
  else if (reply.kind === 'unchanged' && stored) await setFact('home', { ...stored, heardAt: asked })
  else return false
  phone.heardAt = asked
  phone.clockOff = Date.parse(reply.headers.get('Date') ?? '') - asked || 0
  const page = phone.home
  if (!page) return false
  const hasLists = (await fetchForms(page.forms)) && (await fetchLists(page.forms))
  if (hasLists) await settleChanges(arrived)
  const whole = hasLists && (await fetchMedia(page.forms))
  phone.complete = whole
  announce()
  return whole
}

async function keepHome(page: HomePage, etag: string, asked: number): Promise<void> {
  // Another worker's lists are none of this one's business.
  if (phone.home && phone.home.worker.id !== page.worker.id) await forgetRegister()
  await setFact('home', { page, etag, heardAt: asked } satisfies StoredHome)
  phone.home = page
}

async function fetchForms(forms: readonly FormEntry[]): Promise<boolean> {
  const db = await database()
  for (const form of forms) {
    if (form.refused !== null || (await db.get('forms', [form.form_id, form.version]))) continue
    const reply = await ask(form.url, { as: 'text' })
    if (reply.kind !== 'answer') return false
    await db.put('forms', { form_id: form.form_id, version: form.version, xml: reply.body as string })
  }
  return true
}

async function fetchLists(forms: readonly FormEntry[]): Promise<boolean> {
  const known = await listSums()
  const wanted = new Map(forms.flatMap((form) => form.files.map((file) => [file.name, file.md5] as const)))
  for (const [name, md5] of wanted) {
    if (known.get(name) === md5) continue
    const reply = await ask(`/w/api/files/${encodeURIComponent(name)}`, { as: 'text' })
    if (reply.kind !== 'answer') return false
    await keepList({ name, md5, text: reply.body as string, fetchedAt: Date.now() })
  }
  return true
}

async function fetchMedia(forms: readonly FormEntry[]): Promise<boolean> {
  await dropUnnamed(forms)
  for (const form of forms.filter((form) => form.refused === null)) {
    for (const { name, md5, size, url } of form.media ?? []) {
      if ((await mediumSum(form.form_id, name)) === md5) continue
      const reply = await ask(url, { as: 'blob', weight: size })
      if (reply.kind !== 'answer') return false
      const kept = keepMedium({ form_id: form.form_id, name, md5, blob: reply.body as Blob })
      // On a full phone the form opens without it, and nothing else waits for it.
      if (!(await kept.then(() => true, () => false))) return false
    }
  }
  return true
}

/** The XForm of a version; a draft may need one that is no longer published. Just after signing in it is waited for. */
export async function formXml(formId: string, version: string): Promise<string | null> {
  const stored = async () => (await (await database()).get('forms', [formId, version]))?.xml ?? null
  const xml = await stored()
  if (xml !== null || !phone.online) return xml
  await refresh()
  return stored()
}

/** The newest version of a form that is on the phone, as the home page names it. */
export function formEntry(formId: string): FormEntry | null {
  return phone.home?.forms.find((form) => form.form_id === formId) ?? null
}
