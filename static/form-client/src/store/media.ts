/** 表单附件: lists, pictures and sounds the office has put beside a form. They belong to the form, whoever fills it. */

import type { FormEntry } from '../model'
import { type StoredMedium, database } from './database'
import { listFile } from './lists'

/** A file as a form reads it: its own, else a list of the worker; null where the phone has neither. */
export async function formFile(formId: string, name: string): Promise<Blob | null> {
  const own = await (await database()).get('media', [formId, name])
  return own ? own.blob : listFile(name)
}

/** The md5 of a form's file on the phone; undefined without it. */
export async function mediumSum(formId: string, name: string): Promise<string | undefined> {
  return (await (await database()).get('media', [formId, name]))?.md5
}

export async function keepMedium(medium: StoredMedium): Promise<void> {
  await (await database()).put('media', medium)
}

/** Drop what no form names any more; a form that is being filled keeps its files. */
export async function dropUnnamed(forms: readonly FormEntry[]): Promise<void> {
  const tx = (await database()).transaction(['drafts', 'media'], 'readwrite')
  const begun = new Set((await tx.objectStore('drafts').getAll()).map((draft) => draft.formId))
  const named = new Set(forms.flatMap((form) => (form.media ?? []).map(({ name }) => `${form.form_id}/${name}`)))
  for (const key of await tx.objectStore('media').getAllKeys()) {
    if (!begun.has(key[0]) && !named.has(key.join('/'))) void tx.objectStore('media').delete(key)
  }
  await tx.done
}
